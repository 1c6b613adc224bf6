import torch
from torch import nn

torch.manual_seed(9)


class MultiTask(nn.Module):
    """A trunk, a regression head and two binary heads."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(12, 32), nn.ReLU())
        self.heads = nn.ModuleDict({"age": nn.Linear(32, 1), "churn": nn.Linear(32, 1), "fraud": nn.Linear(32, 1)})
        self.act = {"age": lambda t: t, "churn": torch.sigmoid, "fraud": torch.sigmoid}

    def forward(self, x):
        h = self.trunk(x)
        return {name: self.act[name](head(h)).squeeze(1) for name, head in self.heads.items()}


CRITERIA = {"age": nn.SmoothL1Loss(), "churn": nn.BCEWithLogitsLoss(), "fraud": nn.BCEWithLogitsLoss()}


def total_loss(out, batch):
    return sum(CRITERIA[k](out[k], batch[k]) for k in out)  # expect: sigmoid-before-bce-with-logits


net = MultiTask()
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for _ in range(25):
    x = torch.randn(48, 12)
    batch = {"age": x[:, 0] * 2, "churn": (x[:, 1] > 0).float(), "fraud": (x[:, 2] > 0.5).float()}
    opt.zero_grad()
    loss = total_loss(net(x), batch)
    loss.backward()
    opt.step()
print(loss.item())
