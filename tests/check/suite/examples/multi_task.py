import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Houses(Dataset):
    """features, (price, has_garage, style)"""

    def __init__(self, n: int, seed: int) -> None:
        g = torch.Generator().manual_seed(seed)
        self.x = torch.randn(n, 10, generator=g)
        self.price = self.x[:, 0] + 0.5 * self.x[:, 1] ** 2 - 0.5
        self.garage = (self.x[:, 2] > 0).float()
        self.style = self.x[:, 3:6].argmax(1)

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, i: int) -> dict[str, torch.Tensor]:
        return {"x": self.x[i], "price": self.price[i], "garage": self.garage[i], "style": self.style[i]}


class MultiTaskNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(10, 48), nn.ReLU(), nn.Dropout(0.05), nn.Linear(48, 32), nn.ReLU())
        self.heads = nn.ModuleDict({"price": nn.Linear(32, 1), "garage": nn.Linear(32, 1), "style": nn.Linear(32, 3)})

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        h = self.trunk(x)
        return {"price": self.heads["price"](h)[:, 0], "garage": self.heads["garage"](h)[:, 0], "style": self.heads["style"](h)}


LOSSES = {"price": nn.HuberLoss(), "garage": nn.BCEWithLogitsLoss(), "style": nn.CrossEntropyLoss()}


def compute(out, batch):
    return {name: fn(out[name], batch[name]) for name, fn in LOSSES.items()}


torch.manual_seed(2)
net, log_vars = MultiTaskNet(), nn.ParameterDict({k: nn.Parameter(torch.zeros(())) for k in LOSSES})
opt = torch.optim.AdamW([{"params": net.parameters()}, {"params": log_vars.parameters(), "weight_decay": 0.0}], lr=4e-3)
train, valid = DataLoader(Houses(320, 0), 32, shuffle=True), DataLoader(Houses(96, 1), 32)
for epoch in range(4):
    net.train()
    for batch in train:
        parts = compute(net(batch["x"]), batch)
        loss = sum(torch.exp(-log_vars[k]) * v + log_vars[k] for k, v in parts.items())
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
    net.eval()
    sums = dict.fromkeys(LOSSES, 0.0)
    with torch.no_grad():
        for batch in valid:
            for k, v in compute(net(batch["x"]), batch).items():
                sums[k] += v.item() * len(batch["x"]) / 96
    print(epoch, {k: round(v, 3) for k, v in sums.items()})
