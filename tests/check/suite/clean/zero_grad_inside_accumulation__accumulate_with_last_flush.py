import torch
from torch.utils.data import DataLoader, TensorDataset


def train_epoch(net, loader, opt, accum):
    net.train()
    n_batches = len(loader)
    full = n_batches // accum * accum
    for i, (xb, yb) in enumerate(loader):
        group = accum if i < full else n_batches - full
        loss = torch.nn.functional.cross_entropy(net(xb), yb)
        (loss / group).backward()
        if (i + 1) % accum == 0 or i + 1 == n_batches:
            opt.step()
            opt.zero_grad()
    return loss.item()


torch.manual_seed(4)
x = torch.randn(360, 9)
y = (x[:, 0] > x[:, 1]).long()
loader = DataLoader(TensorDataset(x, y), batch_size=24, shuffle=True)
net = torch.nn.Sequential(torch.nn.Linear(9, 18), torch.nn.ReLU(), torch.nn.Linear(18, 2))
opt = torch.optim.SGD(net.parameters(), lr=0.2, momentum=0.9)
for ep in range(5):
    print(ep, round(train_epoch(net, loader, opt, accum=4), 4))
