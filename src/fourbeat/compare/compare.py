"""The comparison of two runs, as one thing to print, draw or hand on."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fourbeat.compare.differences import Difference, differences
from fourbeat.compare.paired import CHANCE, Pairing, pair
from fourbeat.receipt import model as receipts
from fourbeat.receipt.model import Receipt
from fourbeat.receipt.report.wording import figure


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs.

    Attributes:
        names: what they are called here.
        receipts: of both.
        differences: by part, see `differences`.
        pairing: on the same test rows.
    """

    names: tuple[str, str]
    receipts: tuple[Receipt, Receipt]
    differences: dict[str, list[Difference]]
    pairing: Pairing

    @property
    def same_weights(self) -> bool:
        """Whether both ended with the same bits."""
        one, other = (receipt.weights_sha256 for receipt in self.receipts)
        return one is not None and one == other


def compare(first: Path, second: Path) -> Comparison:
    """Compare two runs.

    Args:
        first, second: their directories. They need not be finished.

    Raises:
        RunError: for a directory without a receipt that can be read.
    """
    one, other = receipts.read(first), receipts.read(second)
    return Comparison(
        names(first, second),
        (one, other),
        differences(one, other),
        pair((first, one), (second, other)),
    )


def names(first: Path, second: Path) -> tuple[str, str]:
    """Their folders' names, or their paths where those are the same."""
    one, other = first.absolute().name, second.absolute().name
    return (one, other) if one != other else (str(first), str(second))


def main_metric(found: Pairing) -> str:
    """The metric that the sentence is about."""
    known = [one.metric for one in found.metrics]
    return next((name for name in ("auc", "rmse", "log_loss") if name in known), known[0])


def in_words(found: Comparison) -> list[str]:
    """What the pairs say, a sentence each."""
    pairing = found.pairing
    if pairing.refused:
        return [f"The results were not tested: {pairing.refused}."]
    if found.same_weights:
        return ["Both have the same weights, bit for bit: there is nothing to test."]
    if not pairing.metrics:
        return ["No metric is defined in both runs."]
    one = next(m for m in pairing.metrics if m.metric == main_metric(pairing))
    title = one.metric.replace("_", " ").replace("auc", "AUC").replace("rmse", "RMSE")
    reach = (
        "too few rows for an interval"
        if one.interval is None
        else f"95 % interval {signed(one.interval[0])} to {signed(one.interval[1])}"
    )
    lead = (
        "No difference is seen" if one.better == 0 else f"{found.names[one.better - 1]} is better"
    )
    lines = [
        f"{lead} on the same {pairing.rows:,} test rows: {title} {figure(one.first)} and "
        f"{figure(one.second)}, difference {signed(one.difference)} ({reach}; paired bootstrap)."
    ]
    test = pairing.mcnemar
    if test is not None:
        verdict = (
            "that may well be chance"
            if test.p >= CHANCE
            else f"that is hardly chance, {found.names[test.better - 1]} is right more often"
        )
        lines.append(
            f"{test.only_first:,} rows only {found.names[0]} has right, {test.only_second:,} only "
            f"{found.names[1]}: {verdict} (McNemar's exact test, p = {test.p:.3g})."
        )
    return lines


def signed(value: float) -> str:
    """A difference with its sign."""
    if value == 0 or 5e-5 <= abs(value) < 1e5:
        return f"{value:+.4f}"
    return f"{'+' if value > 0 else '-'}{figure(abs(value))}"


def described(found: Comparison) -> dict[str, Any]:
    """As plain values."""
    return {
        "runs": list(found.names),
        "same_weights": found.same_weights,
        "differences": {
            part: [
                {"what": d.what, found.names[0]: d.first, found.names[1]: d.second} for d in lines
            ]
            for part, lines in found.differences.items()
        },
        "test": asdict(found.pairing),
        "said": in_words(found),
        "curves": {
            name: [epoch.model_dump() for epoch in receipt.curves]
            for name, receipt in zip(found.names, found.receipts, strict=True)
        },
    }
