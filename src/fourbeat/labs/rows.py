"""Small data that several labs share."""

import torch
from torch import Tensor

TRAIN = (
    torch.tensor(
        [
            [-2.0, -1.2],
            [-1.3, -0.8],
            [-0.8, -1.4],
            [-1.6, -0.4],
            [0.9, 1.1],
            [1.4, 0.8],
            [1.8, 1.6],
            [0.7, 1.7],
        ]
    ),
    torch.tensor([0, 0, 0, 0, 1, 1, 1, 1]),
)
"""Eight tickets: urgency and sentiment, float32 of shape (8, 2); 1 where one was escalated."""

VALIDATION = (
    torch.tensor([[-1.1, -0.6], [-0.5, -1.7], [1.0, 0.6], [1.7, 0.4]]),
    torch.tensor([0, 0, 1, 1]),
)
"""Four more, held out."""


def circles(n: int, noise: float = 0.1, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Two rings, one within the other: points (n, 2) float32, and the ring (n,) int64."""
    source = torch.Generator().manual_seed(seed)
    ring = torch.arange(n) % 2
    angle = torch.rand(n, generator=source) * 2 * torch.pi
    radius = 0.5 + 0.5 * ring + noise * torch.randn(n, generator=source)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1), ring
