"""Names for the shapes of things that several rooms speak of."""

from typing import Literal

ColumnType = Literal["numeric", "boolean", "category", "datetime", "id", "ignored"]
Direction = Literal["min", "max"]
Split = Literal["train", "validation", "test"]
