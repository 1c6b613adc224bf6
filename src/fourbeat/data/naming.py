"""Column names as the command line takes them, row numbers as messages give them."""

import csv
import io
import shlex
from typing import Any


def flag(name: str) -> str:
    """`--ignore NAME` as a shell takes it: quoted, where the name holds a comma or a space."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([name])
    return f"--ignore {shlex.quote(line.getvalue())}"


def rows_said(rows: Any, most: int = 3) -> str:
    """`row 1, 5, 9, …` for a sequence of row numbers from 0."""
    shown = ", ".join(str(int(row) + 1) for row in rows[:most])
    return f"row {shown}{', …' if len(rows) > most else ''}"
