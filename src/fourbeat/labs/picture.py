"""One picture for each lab, in one calm look, without touching anybody's matplotlib."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

from fourbeat import FourbeatError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RIGHT, WRONG, THIRD, FOURTH, QUIET = "#0b5cad", "#b3261e", "#b35309", "#1a6b3c", "#57606a"
"""Colours: what is correct, what is broken, two more, and what stands in the background."""

STYLE: dict[str, Any] = {
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.edgecolor": "#aeb6bf",
    "axes.labelcolor": QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.formatter.useoffset": False,
    "grid.color": "#e6eaee",
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "lines.linewidth": 1.8,
    "legend.edgecolor": "none",
    "legend.framealpha": 0.85,
    "figure.titlesize": 13,
    "figure.titleweight": "bold",
}

WIDTH, HEIGHT, DPI = 5.2, 4.2, 110
"""Of one panel, in inches; and dots per inch."""


@contextmanager
def picture(
    directory: Path,
    name: str,
    title: str,
    *,
    columns: int = 1,
    rows: int = 1,
    height: float = HEIGHT,
) -> Generator[list["Axes"]]:
    """Panels to draw in; the picture is written when the `with` ends.

    Args:
        directory: where `<name>.png` goes; made if it is not there.
        name: of the lab.
        title: above all panels.
        columns, rows: how the panels stand.
        height: of a panel, in inches.

    Raises:
        FourbeatError: if matplotlib is not installed.
    """
    try:
        from matplotlib import rc_context, rcParamsDefault
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise FourbeatError(
            "a lab draws with matplotlib, which is not installed",
            name,
            "pip install 'fourbeat[lab]'",
        ) from None
    default: Any = {key: value for key, value in rcParamsDefault.items() if key != "backend"}
    with rc_context(default | STYLE):
        figure = Figure((max(columns * WIDTH, 6.4), rows * height + 0.5), DPI, layout="constrained")
        FigureCanvasAgg(figure)
        panels: list[Axes] = list(figure.subplots(rows, columns, squeeze=False).flat)
        figure.suptitle(title, x=0.01, ha="left")
        layout: Any = figure.get_layout_engine()
        layout.set(w_pad=0.12, h_pad=0.1)
        yield panels
        directory.mkdir(parents=True, exist_ok=True)
        figure.savefig(directory / f"{name}.png")


def message(axes: "Axes", text: str) -> None:
    """A panel that shows what was said, where there is nothing to draw."""
    axes.set_axis_off()
    axes.text(
        0.02,
        0.95,
        "\n".join(fill(line, 46) for line in text.splitlines()),
        transform=axes.transAxes,
        va="top",
        linespacing=1.5,
        bbox={"boxstyle": "round,pad=0.7", "facecolor": "#f5f7f9", "edgecolor": "#d9dfe5"},
    )
