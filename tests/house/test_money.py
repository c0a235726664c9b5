"""Money is never a float: no table keeps one, and no room that counts money divides with `/` or writes a decimal point."""

import ast
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.core.db import db

ROOT = Path(__file__).resolve().parent.parent.parent
COUNTS_MONEY = sorted(
    path
    for where in ("billing", "booking/rules", "booking/services", "coworking/rules", "fablab/rules*", "core/money*", "place/models*")
    for found in (ROOT / "app").glob(where)
    for path in ([found] if found.suffix == ".py" else found.rglob("*.py"))
    if path.name != "drawing.py"  # measures lines, not money
)
NO_NUMBER = re.compile(r"folder|path|root|parent|['\"]", re.IGNORECASE)  # « folder / name » joins, and divides nothing


def test_no_table_keeps_a_float():
    inexact = [str(column) for table in db.metadata.sorted_tables for column in table.columns if isinstance(column.type, sa.Numeric)]

    assert inexact == []
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if re.search(r"cents|_bp$|_milli$", column.name) and not isinstance(column.type, sa.JSON):
                assert isinstance(column.type, sa.Integer), column


@pytest.mark.parametrize("path", COUNTS_MONEY, ids=lambda path: str(path.relative_to(ROOT)))
def test_money_is_never_a_float(path):
    for node in ast.walk(ast.parse(path.read_text())):
        said = f"line {getattr(node, 'lineno', '?')}: {ast.unparse(node)[:80]}"
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            assert NO_NUMBER.search(ast.unparse(node)), said
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), said
        assert not (isinstance(node, ast.Name) and node.id in ("float", "round")), said
