import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@torch.no_grad()
def evaluate(net, loader):
    net.eval()
    loss_sum = right = rows = 0
    for x, y in loader:
        logits = net(x)
        loss_sum += nn.functional.cross_entropy(logits, y, reduction="sum").item()
        right += (logits.argmax(1) == y).sum().item()
        rows += len(y)
    return loss_sum / rows, right / rows


torch.manual_seed(31)
x = torch.randn(363, 7)
y = x[:, :3].argmax(1)
net = nn.Sequential(nn.Linear(7, 28), nn.ReLU(), nn.Linear(28, 3))
opt = torch.optim.AdamW(net.parameters(), lr=5e-3)
tr = DataLoader(TensorDataset(x[:260], y[:260]), batch_size=32, shuffle=True)
te = DataLoader(TensorDataset(x[260:], y[260:]), batch_size=32)
for epoch in range(3):
    net.train()
    total = 0.0
    for xb, yb in tr:
        loss = nn.functional.cross_entropy(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(xb)
    print(epoch, total / 260, evaluate(net, te))
