"""report.html: the receipt for people, one file that opens offline."""

from fourbeat.receipt.model import Receipt


def html(receipt: Receipt) -> str:
    """The page."""
    return f"<!doctype html><title>{receipt.run.name}</title>"
