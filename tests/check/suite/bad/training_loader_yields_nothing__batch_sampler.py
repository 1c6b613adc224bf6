import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, random_split


class Records(Dataset):
    def __init__(self, n):
        self.x = torch.randn(n, 4)
        self.y = self.x.prod(1, keepdim=True)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        return self.x[index], self.y[index]


torch.manual_seed(0)
cfg = dict(train_frac=0.2, batch_size=64, epochs=4, lr=1e-2)
records = Records(200)
n_train = int(cfg["train_frac"] * len(records))
train, val = random_split(records, [n_train, len(records) - n_train])
train_loader = DataLoader(train, cfg["batch_size"], shuffle=True, drop_last=True)  # expect: training-loader-yields-nothing
val_loader = DataLoader(val, cfg["batch_size"])
model = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 1))
opt = torch.optim.Adam(model.parameters(), lr=cfg["lr"])
for epoch in range(cfg["epochs"]):
    model.train()
    for x, y in train_loader:  # expect: training-loader-yields-nothing
        opt.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        total = sum(nn.functional.mse_loss(model(x), y, reduction="sum").item() for x, y in val_loader)  # also: untrained-model-evaluated
    print(epoch, total / len(val))
