import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(9)
hp = {"lr": 3e-4, "wd": 0.01, "epochs": 4, "bs": 25}
x = torch.randn(300, 12)
y = torch.sign(x[:, 0] * x[:, 1]).add(1).div(2).long()
net = nn.Sequential(nn.Linear(12, 64), nn.ReLU(), nn.Linear(64, 2))
opt = torch.optim.AdamW(net.parameters(), lr=hp["lr"] * 1e-6, weight_decay=hp["wd"])  # expect: learning-rate-too-low
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=hp["epochs"])
for epoch in range(hp["epochs"]):
    for xb, yb in DataLoader(TensorDataset(x, y), batch_size=hp["bs"], shuffle=True):
        loss = nn.functional.cross_entropy(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()  # expect: learning-rate-too-low
    sched.step()
    print(epoch, loss.item())
