"""What `fourbeat train --seeds` and `--folds` print."""

from rich.table import Table
from rich.text import Text

from fourbeat.cli.results import MAIN, written
from fourbeat.cli.summary import dump, headline, plain_console, print_findings
from fourbeat.job.series import NAME, Series, as_tree


def print_series(made: Series, *, as_json: bool) -> None:
    """Each run's main metrics on the rows that measure, and mean, spread and interval."""
    first = made.outcomes[0].receipt
    side = "test" if "test" in first.results else "validation"
    if as_json:
        dump(
            {
                "series": str(made.directory),
                "kind": made.kind,
                "one_after_the_other": made.apart,
                "runs": [str(outcome.directory) for outcome in made.outcomes],
                "figures": as_tree(made),
            }
        )
        return
    console = plain_console()
    for line in headline(first)[:2]:
        console.print(line)
    figures = made.figures.get(side, {})
    names = [name for name in MAIN if name in figures]
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for name in (side, "rows", *names):
        table.add_column(name, justify="left" if name == side else "right")
    for outcome in made.outcomes:
        result = outcome.receipt.results.get(side, {})
        cells = [written(result.get(name)) for name in names]
        table.add_row(Text(outcome.directory.name), f"{result.get('examples', 0):,}", *cells)
    for label, key in (("mean", "mean"), ("std", "std"), ("95 % from", "low"), ("to", "high")):
        table.add_row(label, "", *(written(getattr(figures[name], key)) for name in names))
    console.print(table)
    if made.kind == "folds":
        console.print(
            "The interval counts that folds share most of their training rows (Nadeau and Bengio 2003)."
        )
    if made.kind == "seeds":
        alone = f"one after the other: {made.apart}"
        console.print(
            "trained  " + ("together, in one pass" if made.apart is None else alone),
            highlight=False,
        )
    print_findings(console, first.data.findings if first.data else [])
    console.print(f"series   {made.directory}   ({NAME}, and a run for each)")
