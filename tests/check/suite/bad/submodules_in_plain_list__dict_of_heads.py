import torch
from torch import Tensor, nn


class MultiHeadRegressor(nn.Module):
    def __init__(self, features: int, targets: tuple[str, ...]) -> None:
        super().__init__()
        self.shared = nn.Sequential(nn.Linear(features, 24), nn.ReLU())
        self.heads = {}
        for name in targets:
            self.heads[name] = nn.Linear(24, 1)  # expect: submodules-in-plain-list

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        h = self.shared(x)
        return {name: head(h).squeeze(-1) for name, head in self.heads.items()}  # expect: submodules-in-plain-list


def main() -> None:
    torch.manual_seed(18)
    x = torch.randn(240, 6)
    goals = {"height": x[:, 0] + x[:, 1], "weight": x[:, 2] - x[:, 3]}
    net = MultiHeadRegressor(6, tuple(goals))
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-2)  # also: parameters-missing-from-optimizer
    for epoch in range(3):
        for b in torch.randperm(240).split(24):
            out = net(x[b])
            loss = sum(nn.functional.mse_loss(out[k], goals[k][b]) for k in goals)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: {loss.item():.4f}")


if __name__ == "__main__":
    main()
