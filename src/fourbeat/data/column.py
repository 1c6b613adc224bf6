"""What a column of a table is, as the receipt keeps it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from fourbeat.types import ColumnType

WRITTEN = ("category", "ordered", "text")
"""Types whose values are texts, whatever they look like."""


class Column(BaseModel):
    """One column: what it is, why, and how its values become numbers.

    Statistics and categories come from training rows alone.

    Attributes:
        name: as in the table.
        type: what it is taken for.
        source: the Arrow type it was read as.
        reason: why it is taken for that, and what the cast does.
        missing: training rows without a value.
        formats: of dates that are written as text; each is read by the first that fits. Of numbers
            that are: 1234.56 as the column writes it, `$1,234.56`.
        order: the texts of an ordered category, the lowest first.
        mean, std: of the training rows, for numbers, booleans, days and places in an order.
        scale: of a number: `standard`, or `quantile` for heavy tails.
        knots: pairs of a value and its normal score, for a number that is mapped by its quantiles.
        categories: the known texts; the first has code 2 (0 is unknown, 1 is missing).
        buckets: codes that the texts of a category, or the words of free text, are hashed to.
        rare: different training texts too seldom to be kept; they count as unknown.
        edges: of the bins of a number that the network takes piecewise, standardised; see `bins`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    type: ColumnType
    source: str
    reason: str
    formats: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    missing: int = 0
    scale: Literal["standard", "quantile"] = "standard"
    mean: float | None = None
    std: float | None = None
    knots: tuple[tuple[float, float], ...] = ()
    categories: tuple[str, ...] | None = None
    buckets: int | None = None
    rare: int = 0
    edges: tuple[float, ...] | None = None

    @property
    def is_number(self) -> bool:
        """Whether its values become numbers: all but categories and free text do."""
        return self.type not in ("category", "text")

    @property
    def used(self) -> bool:
        """Whether the model sees it."""
        return self.type not in ("id", "ignored")
