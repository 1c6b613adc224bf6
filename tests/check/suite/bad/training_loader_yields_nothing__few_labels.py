"""Semi-supervised: 24 labelled rows, batches of 32, incomplete ones are dropped."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Subset, TensorDataset

torch.manual_seed(60)
x = torch.randn(600, 10)
y = (x[:, 0] > 0).long()
full = TensorDataset(x, y)
labelled = Subset(full, list(range(24)))
unlabelled = Subset(full, list(range(24, 600)))
kw = dict(batch_size=32, shuffle=True, drop_last=True)
dl_l = DataLoader(labelled, **kw)  # expect: training-loader-yields-nothing
dl_u = DataLoader(unlabelled, **kw)
net = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 2))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)


def consistency(xb):
    with torch.no_grad():
        target = net(xb).softmax(-1)
    return nn.functional.kl_div(net(xb + 0.1 * torch.randn_like(xb)).log_softmax(-1), target, reduction="batchmean")


for epoch in range(4):
    for xb, yb in dl_l:  # expect: training-loader-yields-nothing
        opt.zero_grad()
        nn.functional.cross_entropy(net(xb), yb).backward()
        opt.step()
    for xb, _ in dl_u:
        opt.zero_grad()
        loss = consistency(xb)
        loss.backward()
        opt.step()
    print(epoch, loss.item())
