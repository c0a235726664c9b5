"""Keep the translations: French is the sentence in the code, English is in app/translations/en.

    python tools/translations.py           gather the sentences, keep what is translated, compile
    python tools/translations.py --check   say what is missing or stale, change nothing

The French catalogue is made here too: it holds only the plurals, since French counts zero as one
("0 poste") where a missing catalogue would count it as many.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

APP = Path(__file__).resolve().parent.parent / "app"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2"), ("**/templates/**.xml", "jinja2")]
OPTIONS = {"**/templates/**": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "_n": (1, 2), "_ln": (1, 2), "lazy_ngettext": (1, 2)}


class Undated(Catalog):
    """A catalogue that says nothing but its language: the same sentences always give the same bytes."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", self.locale_identifier or ""),
            ("Plural-Forms", self.plural_forms),
            ("Content-Type", "text/plain; charset=utf-8"),
        ]


def sentences() -> Catalog:
    """Every sentence that a person may read, as the code and the templates say it."""
    catalog = Catalog()
    for path, _line, message, comments, context in extract_from_dir(APP, METHODS, OPTIONS, KEYWORDS, comment_tags=("i18n:",)):
        catalog.add(message, locations=[(f"app/{path}", 0)], auto_comments=comments, context=context)
    return catalog


def english(said: Catalog) -> Catalog:
    """What is translated already, with the new sentences empty and the forgotten ones gone."""
    path = folder("en") / "messages.po"
    before = read_po(path.open("rb"), locale="en") if path.exists() else Catalog()
    catalog = Undated(locale="en", fuzzy=False)
    for message in _in_order(said):
        known = before.get(message.id, message.context)
        if known and known.pluralizable == message.pluralizable:
            string, flags = known.string, message.flags | (known.flags & {"fuzzy"})
        else:
            string, flags = "", message.flags
        catalog.add(message.id, string, message.locations, flags, message.auto_comments, context=message.context)
    return catalog


def french(said: Catalog) -> Catalog:
    catalog = Undated(locale="fr", fuzzy=False)
    for message in _in_order(said):
        if message.pluralizable:
            catalog.add(message.id, message.id, message.locations, message.flags, context=message.context)
    return catalog


def _in_order(catalog: Catalog) -> list[Message]:
    return sorted((message for message in catalog if message.id), key=lambda message: (message.locations[0], str(message.id)))


def folder(language: str) -> Path:
    return APP / "translations" / language / "LC_MESSAGES"


def files(said: Catalog) -> Iterator[tuple[Path, bytes]]:
    """Each file as it should be."""
    for language, catalog in (("en", english(said)), ("fr", french(said))):
        catalog.header_comment = f"# {language}: gathered and compiled by tools/translations.py"
        po, mo = BytesIO(), BytesIO()
        write_po(po, catalog, width=120, include_lineno=False)
        write_mo(mo, catalog)
        yield folder(language) / "messages.po", po.getvalue()
        yield folder(language) / "messages.mo", mo.getvalue()


def faults() -> Iterator[str]:
    said = sentences()
    for message in english(said):
        if message.id and (reason := _fault(message)):
            yield f"{reason}: {message.id!r} ({', '.join(sorted({path for path, _ in message.locations}))})"
    for path, content in files(said):
        if not path.exists() or path.read_bytes() != content:
            yield f"stale: {path.relative_to(APP.parent)}"


def _fault(message: Message) -> str | None:
    said = message.string if isinstance(message.string, tuple | list) else [message.string]
    if not all(said):
        return "no English"
    if message.fuzzy:
        return "to be reread (fuzzy)"
    if trouble := list(message.check()):
        return f"not the same places to fill ({trouble[0]})"
    return None


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        if found := list(faults()):
            sys.exit("\n".join([*found, f"{len(found)} to mend; python tools/translations.py gathers and compiles"]))
    else:
        for path, content in files(sentences()):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
