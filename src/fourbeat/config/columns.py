"""The options of one column of a table."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from fourbeat.config.section import Section
from fourbeat.types import ColumnType

DIRECTIVES = ("%d", "%m", "%b", "%B", "%Y", "%y", "%H", "%I", "%M", "%S", "%p")
"""What a date format may hold."""


def one_text(value: Any) -> Any:
    """A single text as a list of one."""
    return (value,) if isinstance(value, str) else value


def unknown_directive(form: str) -> str:
    """What a date format has that is not known, or lacks; empty for a good one."""
    said = re.findall(r"%.?", form)
    strange = [one for one in said if one not in DIRECTIVES]
    if strange:
        return f"{strange[0]!r} is not among {' '.join(DIRECTIVES)}"
    return "" if "%d" in said else "it has no %d"


MEANT: dict[str, ColumnType] = {
    "format": "datetime",
    "order": "ordered",
    "scale": "numeric",
    "buckets": "category",
}
"""The type that an option of a column means."""


class ColumnConfig(Section):
    """What one column of a table is; what is left out is inferred."""

    type: ColumnType | None = None
    format: Annotated[tuple[str, ...], BeforeValidator(one_text)] = ()
    """Of dates that are written as text: `%d/%m/%Y %H:%M`, or several, of which the first that fits is
    taken. A text of the directives d m b B Y y H I M S p."""
    order: tuple[str, ...] = ()
    """The texts of an ordered category, the lowest first."""
    scale: Literal["standard", "quantile"] | None = None
    """Of a number: mean 0 and deviation 1, or the normal score of its quantile. Default: quantiles where
    tails are heavy or values infinite."""
    buckets: Annotated[int, Field(ge=2, le=2**20)] | None = None
    """Codes that the texts of a category are hashed to, unknown ones, too, or the words of free text.
    Default: none for categories, where texts that are too rare in training, or unknown, share one code;
    4,096 for words."""

    @property
    def kind(self) -> ColumnType | None:
        """The type that was said, or that the other options mean."""
        return self.type or next((MEANT[option] for option in MEANT if getattr(self, option)), None)

    @model_validator(mode="after")
    def options_fit(self) -> "ColumnConfig":
        for option, kind in MEANT.items():
            words = option == "buckets" and self.kind == "text"
            if getattr(self, option) and self.kind != kind and not words:
                raise ValueError(f"{option} is for a column of type {kind}, not {self.kind}")
        for form in self.format:
            if strange := unknown_directive(form):
                raise ValueError(f"format {form!r} cannot be read: {strange}")
        if len(set(self.order)) < len(self.order):
            raise ValueError("order names a text twice")
        return self
