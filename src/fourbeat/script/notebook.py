"""The code cells of a Jupyter notebook, as Python that keeps its lines.

Source of the format: https://nbformat.readthedocs.io/en/latest/format_description.html
"""

import json
import linecache
from pathlib import Path
from types import CodeType
from typing import Any

from fourbeat.errors import ConfigError

TIMERS = ("%%time", "%%timeit", "%%capture")
"""Cell magics under which the cell is Python all the same."""


def cells(path: Path) -> dict[str, str]:
    """The sources of the code cells, by the name under which tracebacks and findings know them.

    Raises:
        ConfigError: if the file is no notebook, or one in another language.
    """
    try:
        notebook: Any = json.loads(path.read_text("utf-8"))
        found = notebook["cells"]
        language = notebook.get("metadata", {}).get("kernelspec", {}).get("language", "python")
        sources = ["".join(cell["source"]) for cell in found if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"the notebook cannot be read: {type(error).__name__}",
            str(path),
            "It must be of nbformat 4",
        ) from None
    if language != "python":
        raise ConfigError(f"the notebook is in {language}", str(path))
    made = {f"{path}:cell {n}": python(source) for n, source in enumerate(sources, 1)}
    for name, source in made.items():
        linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
    return made


def python(source: str) -> str:
    """A cell without IPython's own syntax; every line stays where it is."""
    lines = source.splitlines()
    if lines and lines[0].startswith("%%"):
        if not lines[0].startswith(TIMERS):
            return "\n" * len(lines)
        lines[0] = ""
    for number, line in enumerate(lines):
        text = line.lstrip()
        if text.startswith(("%", "!", "?")) or (text.endswith("?") and "#" not in text):
            lines[number] = f"{line[: len(line) - len(text)]}pass"
    return "\n".join(lines) + "\n"


def codes(path: Path) -> list[CodeType]:
    """The cells, compiled, in their order.

    Raises:
        SyntaxError: as Python does.
    """
    return [compile(text, name, "exec", dont_inherit=True) for name, text in cells(path).items()]
