"""Column names as the command line takes them."""

import csv
import io
import shlex


def flag(name: str) -> str:
    """`--ignore NAME` as a shell takes it: quoted, where the name holds a comma or a space."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([name])
    return f"--ignore {shlex.quote(line.getvalue())}"
