"""What is wrong with the data, with the guilty rows, and the results without them."""

from fourbeat.data.record import DataFinding
from fourbeat.receipt.model import Receipt
from fourbeat.receipt.report.markup import Html, bullets, element, section
from fourbeat.receipt.report.wording import figure, number
from fourbeat.receipt.results import RescoredRecord


def warnings(receipt: Receipt) -> Html | None:
    """The section on what was found in the data."""
    found = receipt.data.findings if receipt.data else []
    if not found:
        return None
    network = [one for one in receipt.rescored if one.model == "network"]
    again = {(one.rule, *one.columns): one for one in network}
    parts = [warning(one, again.get((one.rule, *one.columns))) for one in found]
    others = [
        f"Without {', '.join(one.columns)}: {one.model}, {measured(one)}."
        for one in receipt.rescored
        if one.model != "network"
    ]
    listed = element("dl", *parts, class_="warnings")
    more = [bullets(others)] if others else []
    return section("warnings", "Wrong with the data", listed, *more)


def warning(found: DataFinding, again: RescoredRecord | None) -> Html:
    """One finding: its rule, what is wrong, some rows, what is measured without them, what to do."""
    severity = element("strong", f"{found.severity}: ")
    lines = [element("p", severity, f"{found.message}.")]
    if found.rows:
        shown = "; ".join(" and ".join(pair) for pair in found.rows)
        more = f"; {found.count:,} in all" if found.count > len(found.rows) else ""
        lines.append(element("p", f"Rows: {shown}{more}.", class_="note"))
    if again is not None:
        lines.append(element("p", f"Without them, {measured(again)}.", class_="note"))
    return element(
        "div", element("dt", found.rule), element("dd", *lines, element("p", f"{found.fix}."))
    )


def measured(again: RescoredRecord) -> str:
    """The results on the rows that are left."""
    known = {name: number(value) for name, value in again.results.items()}
    said = [f"{name.replace('_', ' ')} {figure(v)}" for name, v in known.items() if v is not None]
    return f"on {again.rows:,} {again.data} rows: {', '.join(said) or 'nothing'}"
