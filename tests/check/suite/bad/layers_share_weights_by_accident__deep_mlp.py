import torch
from torch import nn

torch.manual_seed(38)


def mlp(n_in, width, depth, n_out):
    """An MLP of `depth` hidden layers."""
    block = nn.Sequential(nn.Linear(width, width), nn.LayerNorm(width), nn.GELU())
    hidden = [block for _ in range(depth)]  # expect: layers-share-weights-by-accident
    return nn.Sequential(nn.Linear(n_in, width), *hidden, nn.Linear(width, n_out))  # expect: layers-share-weights-by-accident


def target(x):
    return torch.sin(3 * x[:, :1]) * torch.cos(2 * x[:, 1:])


model = mlp(2, 32, 4, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=120)
for step in range(120):
    x = torch.rand(128, 2) * 2 - 1
    loss = (model(x) - target(x)).square().mean()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    schedule.step()
    if step % 30 == 0:
        print(f"{step:4d} {loss.item():.4f}")
