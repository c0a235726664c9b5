"""What leaves for a spreadsheet is read there as it was written: a text never becomes a formula."""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.core.tables import as_csv, cell

FORMULAS = ["=1+1", "+1+1", "-1+cmd", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1+x", "－1+x", "＠SUM(A1)"]
HIDDEN_BEHIND = ["", " ", "\ufeff", "\u00a0", "\u202f", "\u200b", "\u2060", "\ufeff\u00a0 ", "\n"]


@pytest.mark.parametrize("before", HIDDEN_BEHIND, ids=ascii)
def test_a_formula_stays_a_text_behind_signs_that_are_not_seen(before):
    for formula in FORMULAS:
        written = as_csv([{"nom": before + formula, "reste": [before + formula]}], ["nom", "reste"])
        _, read = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""), delimiter=";")
        assert read == ["'" + before + formula] * 2


def test_what_is_no_formula_is_left_as_it_is():
    told = {
        "Inès": "Inès",
        "a=1": "a=1",
        -1205: "-1205",
        Decimal("-12.05"): "-12,05",
        "-12,05": "-12,05",
        "+33": "+33",
        date(2027, 1, 5): "2027-01-05",
    }

    assert {value: cell(value) for value in told} == told
    assert [cell(None), cell(True)] == ["", "oui"]


def test_the_house_writes_its_tables_in_one_place():
    writers = [path for path in Path("app").rglob("*.py") if re.search(r"csv\.(writer|DictWriter)|import xlsxwriter", path.read_text())]

    assert writers == [Path("app/core/tables.py")]
