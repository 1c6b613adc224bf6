"""What a column of a table is, as the receipt keeps it."""

from pydantic import BaseModel, ConfigDict

from fourbeat.types import ColumnType


class Column(BaseModel):
    """One column: what it is, why, and how its values become numbers.

    Statistics and categories come from training rows alone.

    Attributes:
        name: as in the table.
        type: what it is taken for.
        source: the Arrow type it was read as.
        reason: why it is taken for that, and what the cast does.
        missing: training rows without a value.
        mean, std: of the training rows, for numbers, booleans and days.
        categories: the known texts; the first has code 2 (0 is unknown, 1 is missing).
        rare: different training texts too seldom to be kept; they count as unknown.
        edges: of the bins of a number that the network takes piecewise, standardised; see `bins`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    type: ColumnType
    source: str
    reason: str
    missing: int = 0
    mean: float | None = None
    std: float | None = None
    categories: tuple[str, ...] | None = None
    rare: int = 0
    edges: tuple[float, ...] | None = None

    @property
    def used(self) -> bool:
        """Whether the model sees it."""
        return self.type not in ("id", "ignored")
