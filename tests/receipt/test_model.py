"""The receipt's document: published schema, seal, refusals."""

import json
from pathlib import Path

import pytest

from fourbeat.errors import RunError
from fourbeat.receipt import model as receipts
from fourbeat.receipt.model import Receipt

SCHEMA = Path(__file__).parents[2] / "docs" / "receipt.schema.json"


def test_the_published_schema_is_the_models():
    """Made by: python -m fourbeat.receipt.schema > docs/receipt.schema.json"""
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == Receipt.model_json_schema()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "damaged"),
        ("[]", "damaged"),
        ('{"format": 1, "x": ' + "[" * 100_000, "damaged"),
        ("{}", "damaged"),
        ('{"format": 2}', "format 2; this fourbeat reads format 1"),
        ('{"format": 1}', "damaged: run"),
        ('{"format": 1, "seal": "0"}', "changed since it was sealed"),
    ],
)
def test_what_is_no_receipt(tmp_path, text, message):
    (tmp_path / "receipt.json").write_text(text)
    with pytest.raises(RunError, match=message):
        receipts.read(tmp_path)


def test_no_receipt_at_all(tmp_path):
    with pytest.raises(RunError, match="no run here"):
        receipts.read(tmp_path)
    with pytest.raises(RunError, match="no such run"):
        receipts.read(tmp_path / "absent")
