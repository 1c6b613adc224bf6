import torch
from torch import nn


class Forecaster(nn.Module):
    """GRU over time-first data; one forecast for every time step"""

    def __init__(self, hidden: int = 16) -> None:
        super().__init__()
        self.gru = nn.GRU(1, hidden)
        self.readout = nn.Linear(hidden, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        n, steps = x.shape
        states, _ = self.gru(x.t().unsqueeze(-1))
        states = states.reshape(n, steps, -1)  # expect: view-instead-of-permute
        return self.readout(states).squeeze(-1)


def waves(n: int, steps: int) -> torch.Tensor:
    phase = torch.rand(n, 1) * 6.28
    speed = 0.3 + 0.4 * torch.rand(n, 1)
    return torch.sin(phase + speed * torch.arange(steps))


def main() -> None:
    torch.manual_seed(47)
    series = waves(192, 13)
    model = Forecaster()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(3):
        losses = []
        for b in torch.randperm(192).split(16):
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(series[b, :-1]), series[b, 1:])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        print(f"{epoch}: {sum(losses) / len(losses):.4f}")


main()
