from __future__ import annotations

import torch
from torch import Tensor, nn


class MixtureOfExperts(nn.Module):
    def __init__(self, d_in: int, n_experts: int) -> None:
        super().__init__()
        self.experts = nn.ModuleList([nn.Sequential(nn.Linear(d_in, 8), nn.ReLU(), nn.Linear(8, 1)) for _ in range(n_experts)])
        self.router = nn.Linear(d_in, n_experts)

    def forward(self, x: Tensor) -> Tensor:
        weights = torch.softmax(self.router(x), 0)  # expect: softmax-over-batch-dimension
        outs = torch.cat([e(x) for e in self.experts], dim=1)
        return (weights * outs).sum(dim=1)


def main(epochs: int = 4, batch: int = 32) -> None:
    torch.manual_seed(29)
    x = torch.randn(320, 6)
    y = torch.where(x[:, 0] > 0, x[:, 1], -x[:, 2])
    moe = MixtureOfExperts(6, 4)
    optimizer = torch.optim.Adam(moe.parameters(), lr=5e-3)
    for epoch in range(epochs):
        order, total = torch.randperm(320), 0.0
        for i in range(0, 320, batch):
            idx = order[i : i + batch]
            loss = nn.functional.mse_loss(moe(x[idx]), y[idx])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(idx)
        print(f"epoch {epoch} mse {total / 320:.4f}")


main()
