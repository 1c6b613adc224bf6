"""Which rows of the lessons are tested, in part or fully, and which are open."""

import ast
import re
from pathlib import Path

COUNTS = {"T": 16, "L": 13, "F": 15, "M": 4, "V": 3}
ROWS = {f"{letter}{n}" for letter, count in COUNTS.items() for n in range(1, count + 1)}

OPEN = {
    "L8": "training in the browser",
    "F9": "torch.export",
    "F11": "several processes",
    "F12": "sharded training",
}
"""Rows without a test, and what is missing."""

IN_PART: dict[str, str] = {}
"""Rows whose tests do not show all that is promised, and what they leave out."""


def covered():
    """The ids that stand in the names of the tests: `test_F2_F3_…` is two."""
    found = set()
    for file in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                ids = re.match(r"test_((?:[A-Z]\d+_)*)", node.name)[1]
                found |= set(ids.split("_")) - {""}
    return found


def test_every_row_is_tested_or_open():
    assert covered() | OPEN.keys() == ROWS


def test_no_row_is_both():
    assert not covered() & OPEN.keys()
    assert IN_PART.keys() <= covered()
    assert all(OPEN.values())


def test_every_lab_names_rows_that_exist():
    from fourbeat.labs import ROWS as LABS

    shown = {row for rows in LABS.values() for row in rows.split()}
    assert shown <= ROWS
    assert not shown & OPEN.keys()
    assert {"T", "L", "F", "M", "V"} == {row[0] for row in shown}
