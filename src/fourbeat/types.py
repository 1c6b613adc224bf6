"""Names for the shapes of things that several rooms speak of."""

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    import pyarrow as pa

    Values: TypeAlias = pa.ChunkedArray[Any]
    """A column's values, of any Arrow type."""
else:
    Values = Any  # pyarrow's own class takes no type argument

ColumnType = Literal[
    "numeric", "boolean", "category", "ordered", "datetime", "text", "id", "ignored"
]
TaskName = Literal["classification", "regression", "multilabel"]
Direction = Literal["min", "max"]
Split = Literal["train", "validation", "test"]

CompileMode = Literal[
    "default", "reduce-overhead", "max-autotune", "max-autotune-no-cudagraphs", "step"
]
"""What is compiled, and how hard the compiler tries."""
