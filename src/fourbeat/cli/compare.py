"""`fourbeat compare`: two runs side by side."""

from pathlib import Path
from typing import Annotated, Any

import typer

from fourbeat.cli.options import Json

BLOCKS = "▁▂▃▄▅▆▇█"
MOST_CELLS = 40


def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A run's directory.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another run's directory.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also as a page, with both runs' curves.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what differs between two runs, and whether their test results do, by pairs of rows."""
    from fourbeat.checkpoint.files import write_text
    from fourbeat.cli.summary import dump, plain_console
    from fourbeat.compare.compare import compare as both
    from fourbeat.compare.compare import described, in_words
    from fourbeat.compare.page import page

    found = both(first, second)
    if out is not None:
        write_text(out, page(found))
    if as_json:
        dump(described(found) | ({"out": str(out)} if out is not None else {}))
        return
    console = plain_console()
    for name, lines in found.differences.items():
        for n, line in enumerate(lines):
            head = name if n == 0 else ""
            console.print(f"{head:<12} {line.what}: {short(line.first)} | {short(line.second)}")
    same = [name for name, lines in found.differences.items() if not lines]
    if same:
        console.print(f"{'the same':<12} {', '.join(same)}")
    for line in curves(found):
        console.print(line)
    if found.pairing.metrics:
        console.print(metrics(found))
    for line in in_words(found):
        console.print(line)
    if out is not None:
        console.print(f"page     {out}")


def short(text: str) -> str:
    """In one line; hashes and long texts by their beginning."""
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:39] + "…"


def curves(found: Any) -> list[str]:
    """The metrics that both were validated by, as lines of blocks on one scale."""
    one, other = (receipt.curves for receipt in found.receipts)
    if not one or not other:
        return []
    shared = [name for name in one[0].validation if name in other[0].validation]
    width = max(len(name) for name in found.names)
    lines: list[str] = []
    for metric in shared:
        each = [
            [e.validation[metric] for e in epochs if metric in e.validation]
            for epochs in (one, other)
        ]
        lines.append(f"validation {metric}")
        for name, values, drawn in zip(found.names, each, blocks(each), strict=True):
            lines.append(f"  {name:<{width}}  {drawn}  {values[0]:.4f} -> {values[-1]:.4f}")
    return lines


def blocks(each: list[list[float]]) -> list[str]:
    """Curves as block characters from their common lowest to their common highest value.

    A long curve is shown by evenly spread epochs, the same ones of both.
    """
    import math

    known = [value for values in each for value in values if math.isfinite(value)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    longest = max(map(len, each))
    every = max(1, math.ceil(longest / MOST_CELLS))
    found: list[str] = []
    for values in each:
        levels = [
            BLOCKS[round((value - low) / (high - low or 1) * (len(BLOCKS) - 1))]
            if math.isfinite(value)
            else " "
            for value in values[::every]
        ]
        found.append("".join(levels).ljust(-(-longest // every)))
    return found


def metrics(found: Any) -> Any:
    """Both on the same test rows."""
    from rich.table import Table
    from rich.text import Text

    from fourbeat.compare.compare import signed
    from fourbeat.receipt.report.wording import figure

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column(f"test, {found.pairing.rows:,} rows")
    for name in (*found.names, "difference", "95 %"):
        table.add_column(Text(name), justify="right")
    table.add_column("better")
    for one in found.pairing.metrics:
        ends = "" if one.interval is None else " to ".join(signed(end) for end in one.interval)
        who = found.names[one.better - 1] if one.better else "-"
        cells = (figure(one.first), figure(one.second), signed(one.difference), ends)
        table.add_row(one.metric.replace("_", " "), *cells, Text(who))
    return table
