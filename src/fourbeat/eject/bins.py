"""Numbers as more than one input each: the bins of a table's numbers, and the layers that take them."""

from collections.abc import Sequence
from typing import Any

from fourbeat.config.options import ModelConfig
from fourbeat.data.bins import BINS
from fourbeat.data.column import Column
from fourbeat.data.encode import TableShape, width
from fourbeat.eject.part import Part
from fourbeat.eject.text import code, indented, joined
from fourbeat.models.numbers import FREQUENCIES, SPREAD, WAVES, Piecewise

QUANTILES = code("""
    different = np.unique(values)
    if len(different) > BINS + 1:
        shares = np.linspace(0, 1, BINS + 1)
        different = np.unique(np.quantile(values, shares, method="nearest"))
    edges.append(different.tolist())
""")

OF_INDICATORS = code("""
    if column in INDICATORS:
        edges.append([])
        continue
    if column + 1 in INDICATORS:
        values = values[rows[:, column + 1] == 0]
""")

PIECEWISE = code('''
    class Piecewise(nn.Module):
        """Numbers, and for each of their bins how far a number has come through it."""

        def __init__(self, edges: list[list[float]]) -> None:
            super().__init__()
            bins = [(i, a, b) for i, ends in enumerate(edges) for a, b in pairwise(ends)]
            self.register_buffer("column", torch.tensor([i for i, _, _ in bins], dtype=torch.int64))
            self.register_buffer("left", torch.tensor([a for _, a, _ in bins]))
            self.register_buffer("length", torch.tensor([b - a for _, a, b in bins]))

        def forward(self, numeric: Tensor) -> Tensor:
            way = (numeric.index_select(1, self.column) - self.left) / self.length
            return torch.cat([numeric, way.clamp(0, 1)], dim=1)
''')


def bins(columns: Sequence[Column]) -> Part:
    """The function that finds the bins of these columns, and its call.

    Args:
        columns: those that become numbers, in their order.
    """
    constants: dict[str, Any] = {"BINS": BINS}
    at, indicators = 0, list[int]()
    for column in columns:
        at += width(column)
        if column.missing:
            indicators.append(at - 1)
    head, loop = "", "for values in rows.T:"
    if indicators:
        constants["INDICATORS"] = indicators
        head, loop = OF_INDICATORS, "for column, values in enumerate(rows.T):"
    function = joined(
        code('''
            def bin_edges(numeric: Tensor, train: np.ndarray) -> list[list[float]]:
                """Each number's values in the training rows, or where they are many, quantiles."""
                rows = numeric[torch.from_numpy(train)].numpy()
                edges = []
        '''),
        indented(joined(loop, indented(joined(head, QUANTILES)))),
        "    return edges",
    )
    return Part(constants, (function,), "edges = bin_edges(numeric, train)")


def numbers(config: ModelConfig, shape: TableShape) -> tuple[tuple[str, ...], str, int]:
    """How a network takes numbers: classes, the line that makes the layer, and its width."""
    if config.numeric == "piecewise":
        return (PIECEWISE,), "self.numbers = Piecewise(edges)", Piecewise(shape.edges).width
    if config.numeric == "periodic":
        layer = f"self.numbers = Periodic({shape.numeric})"
        return (periodic(),), layer, shape.numeric * (1 + WAVES)
    return (), "", shape.numeric


def periodic() -> str:
    """The class `Periodic`."""
    return code(f'''
        class Periodic(nn.Module):
            """Numbers, and for each some units over sines and cosines of trained frequencies."""

            def __init__(self, numbers: int) -> None:
                super().__init__()
                bound = 1 / math.sqrt(2 * {FREQUENCIES})
                weight = torch.empty(numbers, 2 * {FREQUENCIES}, {WAVES})
                self.frequency = nn.Parameter({SPREAD} * torch.randn(numbers, {FREQUENCIES}))
                self.weight = nn.Parameter(weight.uniform_(-bound, bound))
                self.bias = nn.Parameter(torch.empty(numbers, {WAVES}).uniform_(-bound, bound))

            def forward(self, numeric: Tensor) -> Tensor:
                angle = 2 * math.pi * self.frequency * numeric.unsqueeze(2)
                waves = torch.cat([angle.sin(), angle.cos()], dim=2)
                units = torch.einsum("ncf,cfw->ncw", waves, self.weight) + self.bias
                return torch.cat([numeric, units.relu().flatten(1)], dim=1)
    ''')
