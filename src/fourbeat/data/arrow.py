"""pyarrow's compute functions, which it makes at import and so leaves without types."""

from typing import Any

import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute

CAST_ERRORS = (pa.ArrowInvalid, pa.ArrowNotImplementedError)
"""What a cast raises when a value, or its whole type, cannot become what was asked for."""
