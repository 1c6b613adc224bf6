"""Column names as the command line takes them, row numbers as messages give them."""

import csv
import io
import json
import re
import shlex
from typing import Any


def quoted(name: str) -> str:
    """A name as a shell takes it."""
    return shlex.quote(name)


def flag(name: str) -> str:
    """`--ignore NAME` as a shell takes it: quoted, where the name holds a comma or a space."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([name])
    return f"--ignore {shlex.quote(line.getvalue())}"


def setting(table: str, name: str, option: str, value: Any) -> str:
    """`--set data.columns.NAME.option=value` as a shell takes it, whatever the name holds."""
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    plain = re.fullmatch(r"[A-Za-z0-9_-]+", name)
    inner = f"{table}.{name}.{option}={said}"
    if not plain:
        inner = f"{table}={{{json.dumps(name, ensure_ascii=False)}={{{option}={said}}}}}"
    return f"--set {shlex.quote(f'data.{inner}')}"


def rows_said(rows: Any, most: int = 3) -> str:
    """`row 1, 5, 9, …` for a sequence of row numbers from 0."""
    shown = ", ".join(str(int(row) + 1) for row in rows[:most])
    return f"row {shown}{', …' if len(rows) > most else ''}"
