"""Numbers as more than one input each: piecewise linear bins, or trained waves.

Both are of Gorishniy, Rubachev and Babenko, "On Embeddings for Numerical Features in Tabular Deep
Learning", NeurIPS 2022. A number itself stays among the inputs.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

FREQUENCIES, SPREAD, WAVES = 16, 0.1, 8
"""Frequencies of a number, the deviation from 0 that they begin with, and what they become."""


class Piecewise(nn.Module):
    """Numbers, and for each of their bins how far a number has come through it, from 0 to 1.

    Args:
        edges: of each number's bins, ascending; none or one for a number without bins.
    """

    column: Tensor
    left: Tensor
    length: Tensor

    def __init__(self, edges: Sequence[Sequence[float]]):
        super().__init__()
        bins = [(i, a, b) for i, ends in enumerate(edges) for a, b in pairwise(ends)]
        self.register_buffer("column", torch.tensor([i for i, _, _ in bins], dtype=torch.int64))
        self.register_buffer("left", torch.tensor([a for _, a, _ in bins]))
        self.register_buffer("length", torch.tensor([b - a for _, a, b in bins]))
        self.width = len(edges) + len(bins)

    def forward(self, numeric: Tensor) -> Tensor:
        """Of shape (N, numbers + bins) from (N, numbers) float32."""
        way = (numeric.index_select(1, self.column) - self.left) / self.length
        return torch.cat([numeric, way.clamp(0, 1)], dim=1)

    def extra_repr(self) -> str:
        """For `print(model)` and the receipt."""
        bins = len(self.column)
        return f"numbers={self.width - bins}, bins={bins}"


class Periodic(nn.Module):
    """Numbers, and for each some units over sines and cosines of it, of frequencies that are trained.

    Args:
        numbers: how many.
    """

    def __init__(self, numbers: int):
        super().__init__()
        bound = 1 / math.sqrt(2 * FREQUENCIES)
        self.frequency = nn.Parameter(SPREAD * torch.randn(numbers, FREQUENCIES))
        self.weight = nn.Parameter(
            torch.empty(numbers, 2 * FREQUENCIES, WAVES).uniform_(-bound, bound)
        )
        self.bias = nn.Parameter(torch.empty(numbers, WAVES).uniform_(-bound, bound))
        self.width = numbers + numbers * WAVES

    def forward(self, numeric: Tensor) -> Tensor:
        """Of shape (N, numbers + 8 * numbers) from (N, numbers) float32."""
        angle = 2 * math.pi * self.frequency * numeric.unsqueeze(2)
        waves = torch.cat([angle.sin(), angle.cos()], dim=2)
        units = torch.einsum("ncf,cfw->ncw", waves, self.weight) + self.bias
        return torch.cat([numeric, units.relu().flatten(1)], dim=1)

    def extra_repr(self) -> str:
        """For `print(model)` and the receipt."""
        return f"numbers={len(self.frequency)}, frequencies={FREQUENCIES}, units={WAVES}"
