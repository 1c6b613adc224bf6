import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(17)
x = torch.randn(400, 6)
y = (x[:, 0] > 0).long()
train_set, val_set, test_set = random_split(TensorDataset(x, y), [280, 60, 60])
loaders = {n: DataLoader(s, batch_size=70, shuffle=n == "train") for n, s in [("train", train_set), ("val", val_set), ("test", test_set)]}
net = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Dropout(0.1), nn.Linear(24, 2))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)


@torch.no_grad()
def score(split):
    net.eval()
    return sum((net(xb).argmax(1) == yb).sum().item() for xb, yb in loaders[split]) / len(loaders[split].dataset)


for epoch in range(4):
    net.train()
    for xb, yb in loaders["train"]:
        opt.zero_grad()
        nn.functional.cross_entropy(net(xb), yb).backward()
        opt.step()
    print({split: score(split) for split in ("train", "val")})
print("test", score("test"))
