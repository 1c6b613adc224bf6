import torch
from torch import nn

torch.manual_seed(8)


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(12, 32), nn.ReLU())
        self.heads = nn.ModuleDict({"price": nn.Linear(32, 1), "kind": nn.Linear(32, 4), "sold": nn.Linear(32, 1)})

    def forward(self, x, task):
        return self.heads[task](self.trunk(x))


losses = {
    "price": lambda out, t: nn.functional.smooth_l1_loss(out.squeeze(1), t),
    "kind": nn.functional.cross_entropy,
    "sold": lambda out, t: nn.functional.binary_cross_entropy_with_logits(out.squeeze(1), t),
}


def batch(task, n=32):
    x = torch.randn(n, 12)
    target = {"price": x[:, :3].sum(1), "kind": x[:, :4].argmax(1), "sold": (x[:, 4] > 0).float()}[task]
    return x, target


model = Shared()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for step in range(40):
    optimizer.zero_grad()
    log = {}
    for task, loss_fn in losses.items():
        x, target = batch(task)
        loss = loss_fn(model(x, task), target)
        loss.backward()
        log[task] = round(loss.item(), 3)
    optimizer.step()
print(log)
