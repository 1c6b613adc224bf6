"""report.html: the receipt for people, one file that opens offline."""

from collections.abc import Sequence
from importlib.resources import files

from fourbeat.receipt.model import Receipt
from fourbeat.receipt.report.beside import baselines, decision
from fourbeat.receipt.report.calibration import calibration
from fourbeat.receipt.report.curves import curves
from fourbeat.receipt.report.labels import labels
from fourbeat.receipt.report.making import configuration, network, optimizer, place
from fourbeat.receipt.report.markup import Html, element, escape
from fourbeat.receipt.report.material import material
from fourbeat.receipt.report.outcome import classes, head, outcome
from fourbeat.receipt.report.quantity import quantity
from fourbeat.receipt.report.warnings import warnings

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
{body}
</body>
</html>
"""

#: The parts of the page in order: what the contents call them, and what makes them.
SECTIONS = (
    ("Results", "results", outcome),
    ("Wrong with the data", "warnings", warnings),
    ("Baselines", "baselines", baselines),
    ("Curves", "curves", curves),
    ("Classes", "classes", classes),
    ("Errors", "errors", quantity),
    ("Labels", "labels", labels),
    ("Calibration", "calibration", calibration),
    ("Decision", "decision", decision),
    ("Data", "data", material),
    ("Model", "model", network),
    ("Optimizer", "optimizer", optimizer),
    ("Configuration", "config", configuration),
    ("Reproducibility", "reproducibility", place),
)


def html(receipt: Receipt) -> str:
    """The page: a function of the receipt alone. What the receipt has not is not there."""
    made = [(title, name, make(receipt)) for title, name, make in SECTIONS]
    there = [(title, name, content) for title, name, content in made if content]
    links = [element("a", title, href=f"#{name}") for title, name, _ in there]
    parts: list[Html] = [
        head(receipt),
        element("nav", *links, aria_label="Contents"),
        element("main", *(content for _, _, content in there)),
        element("footer", f"Written by fourbeat {receipt.fourbeat} from receipt.json."),
    ]
    return document(f"{receipt.run.name} - fourbeat", parts)


def document(title: str, parts: Sequence[Html]) -> str:
    """A whole file in the report's style."""
    return PAGE.format(
        title=escape(title),
        style=files("fourbeat.receipt.report").joinpath("report.css").read_text(encoding="utf-8"),
        body="\n".join(part.text for part in parts),
    )
