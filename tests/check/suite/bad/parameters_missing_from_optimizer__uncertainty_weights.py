"""Multi-task learning with learnt uncertainties as loss weights."""
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn


class UncertaintyLoss(nn.Module):
    def __init__(self, tasks):
        super().__init__()
        self.log_var = nn.ParameterDict({t: nn.Parameter(torch.zeros(())) for t in tasks})

    def forward(self, losses: dict[str, Tensor]) -> Tensor:
        return torch.stack([(-self.log_var[t]).exp() * v + self.log_var[t] for t, v in losses.items()]).sum()


@dataclass
class Experiment:
    seed: int = 7
    steps: int = 25
    model: nn.Module = field(init=False)
    criterion: nn.Module = field(init=False)

    def __post_init__(self):
        torch.manual_seed(self.seed)
        self.model = nn.Sequential(nn.Linear(6, 24), nn.ELU(), nn.Linear(24, 3))
        self.criterion = UncertaintyLoss(["depth", "edge"])
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=5e-3)  # expect: parameters-missing-from-optimizer

    def run(self):
        for _ in range(self.steps):
            x = torch.randn(40, 6)
            depth, edge = x[:, :1] * 3, (x[:, 1] > x[:, 2]).long()
            out = self.model(x)
            total = self.criterion(
                {
                    "depth": nn.functional.l1_loss(out[:, :1], depth),
                    "edge": nn.functional.cross_entropy(out[:, 1:], edge),
                }
            )
            self.optimizer.zero_grad()
            total.backward()  # expect: parameters-missing-from-optimizer
            self.optimizer.step()  # expect: parameters-missing-from-optimizer
        return total.item()


print(Experiment().run())
