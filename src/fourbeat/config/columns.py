"""The options of one column of a table."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from fourbeat.config.section import Section
from fourbeat.types import ColumnType

DIRECTIVES = (
    *("%d", "%m", "%b", "%B", "%Y", "%y", "%H", "%I", "%M", "%S", "%p"),
    *("%a", "%q", "%s", "%Q"),
)
"""What a date format may hold: those of `strptime`, quarters, seconds and milliseconds since 1970."""

NUMBER = re.compile(
    r"(?P<prefix>[^\d%]*)1(?P<thousands>[,' ](?=234\.)|[.' ](?=234,))?234(?P<decimal>[.,])56(?P<suffix>.*)"
)
"""A number format: 1234.56 as the column would write it, such as `$1,234.56` or `1.234,56 €`."""


def one_text(value: Any) -> Any:
    """A single text as a list of one."""
    return (value,) if isinstance(value, str) else value


def unknown_directive(form: str) -> str:
    """What a date format has that is not known, or lacks; empty for a good one."""
    said = re.findall(r"%.?", form)
    strange = [one for one in said if one not in DIRECTIVES]
    if strange:
        return f"{strange[0]!r} is not among {' '.join(DIRECTIVES)}"
    if form in ("%s", "%Q") or "%d" in said:
        return ""
    month = {"%m", "%b", "%B", "%q"} & {*said}
    return "" if month and {"%Y", "%y"} & {*said} else "it has no %d, and no month of a year"


def unit_of(form: str) -> str:
    """How fine a date format is: `%d`, `%q` or `%m`; of those that count from 1970, itself."""
    return form if form in ("%s", "%Q") else next((d for d in ("%d", "%q") if d in form), "%m")


MEANT: dict[str, ColumnType] = {
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
    taken. A text of the directives d m b B Y y H I M S p a; `%Y-%m` and `%YQ%q` are the first day of a
    month or quarter, and `%s`, `%Q` alone seconds and milliseconds since 1970. Of numbers that are written for people:
    1234.56 as the column would write it, such as `$1,234.56`, `1.234,56 €`, `1234.56%`, `1234,56`."""
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
        return self.type or next(iter(self.meant.values()), None)

    @property
    def meant(self) -> dict[str, ColumnType]:
        """The type that each option means, of those that were said."""
        forms = map(NUMBER.fullmatch, self.format)
        date: ColumnType = "numeric" if any(forms) else "datetime"
        said: dict[str, ColumnType] = {"format": date} if self.format else {}
        said.update((option, MEANT[option]) for option in MEANT if getattr(self, option))
        return said

    @model_validator(mode="after")
    def options_fit(self) -> "ColumnConfig":
        if self.type == "numeric" and any(not NUMBER.fullmatch(form) for form in self.format):
            raise ValueError(
                f"format {self.format[0]!r} is not of numbers: write 1234.56 as the column would, "
                "such as '1.234,56'"
            )
        for option, kind in self.meant.items():
            words = option == "buckets" and self.kind == "text"
            if self.kind != kind and not words:
                raise ValueError(f"{option} is for a column of type {kind}, not {self.kind}")
        if self.kind == "numeric" and len(self.format) > 1:
            raise ValueError("numbers have one format")
        for form in self.format if self.kind == "datetime" else ():
            if strange := unknown_directive(form):
                raise ValueError(f"format {form!r} cannot be read: {strange}")
        if self.kind == "datetime" and len({unit_of(form) for form in self.format}) > 1:
            raise ValueError("formats of one column are all of days, of months, or of quarters")
        if len(set(self.order)) < len(self.order):
            raise ValueError("order names a text twice")
        return self
