import torch
import torch.nn as nn
from torch.nn.utils.parametrizations import weight_norm


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = weight_norm(nn.Linear(6, 20))
        self.norm = nn.LayerNorm(20)
        self.b = nn.Linear(20, 1)

    def forward(self, x):
        return self.b(torch.relu(self.norm(self.a(x)))).squeeze(1)


def groups(model, decay):
    named = dict(model.named_parameters())
    with_decay = {n for n, p in named.items() if p.dim() > 1}
    without = named.keys() - with_decay
    assert len(with_decay) + len(without) == len(named)
    return [{"params": [named[n] for n in sorted(with_decay)], "weight_decay": decay},
            {"params": [named[n] for n in sorted(without)], "weight_decay": 0.0}]


torch.manual_seed(11)
x = torch.randn(300, 6)
y = x[:, 0] * 2 - x[:, 4]
model = Net()
optimizer = torch.optim.AdamW(groups(model, 0.01), lr=5e-3)
for epoch in range(4):
    for b in torch.randperm(300).split(30):
        loss = nn.functional.mse_loss(model(x[b]), y[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
