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


def words(name: str) -> list[str]:
    """The words of a name in lower case: `customerId`, `customer_id` and `Customer ID` have the same two."""
    apart = "".join(letter if letter.isalnum() else " " for letter in name)
    cuts = [at for at in range(1, len(apart)) if starts_word(apart, at)]
    parts = [apart[low:high] for low, high in zip([0, *cuts], [*cuts, None], strict=True)]
    return [word.lower() for part in parts for word in part.split()]


def starts_word(text: str, at: int) -> bool:
    """Whether a letter begins a word: a capital after a small one, or before one; another kind of sign."""
    before, here = text[at - 1], text[at]
    if kind_of(before) != kind_of(here):
        return True
    follows = text[at + 1] if at + 1 < len(text) else ""
    return here.isupper() and (before.islower() or follows.islower())


def kind_of(letter: str) -> str:
    """A digit, a letter with small and capital form, or one without."""
    return "digit" if letter.isdigit() else "cased" if letter.lower() != letter.upper() else "other"


def flag(*names: str) -> str:
    """`--ignore A,B` as a shell takes it: quoted, where a name holds a comma or a space."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(names)
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
