"""Rule pages are those of the rules, and each example is what it says."""

import ast
from pathlib import Path

import pytest

from fourbeat.check.pages import pages
from fourbeat.check.rules import RULES

DOCS = Path(__file__).parents[2] / "docs" / "rules"


def test_the_pages_are_up_to_date():
    there = {file.name: file.read_text("utf-8") for file in DOCS.glob("*.md")}
    assert there == pages(), "python -m fourbeat.check.pages docs/rules"


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_a_rule_says_all_that_a_page_needs(rule):
    assert rule.watch is not None or rule.read is not None
    assert rule.name == rule.name.lower()
    for text in (rule.what, rule.why, rule.seen, rule.silent):
        assert text.rstrip().endswith("."), text
    ast.parse(rule.bad)
    ast.parse(rule.good)
    assert rule.bad != rule.good
