"""Stochastic weight averaging after a OneCycle phase; batch norm is recalibrated."""
import torch
from torch import nn
from torch.optim.swa_utils import SWALR, AveragedModel, update_bn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(91)
x = torch.randn(320, 9)
y = ((x[:, :3] ** 2).sum(1) > 3).long()
train = DataLoader(TensorDataset(x[:256], y[:256]), 32, shuffle=True, drop_last=True)
test = DataLoader(TensorDataset(x[256:], y[256:]), 64)
net = nn.Sequential(nn.Linear(9, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Linear(48, 2))
opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, nesterov=True)
EPOCHS, SWA = 6, 4
cycle = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=0.1, total_steps=SWA * len(train))
swa_net, swa_lr = AveragedModel(net), SWALR(opt, swa_lr=0.02, anneal_epochs=1)


def test_accuracy(m):
    m.eval()
    with torch.no_grad():
        hit = sum((m(a).argmax(1) == b).sum().item() for a, b in test)
    return hit / len(test.dataset)


for epoch in range(EPOCHS):
    net.train()
    for a, b in train:
        opt.zero_grad()
        nn.functional.cross_entropy(net(a), b, label_smoothing=0.05).backward()
        opt.step()
        if epoch < SWA:
            cycle.step()
    if epoch >= SWA:
        swa_net.update_parameters(net)
        swa_lr.step()
    print(epoch, test_accuracy(net))
update_bn(train, swa_net)
print("swa", test_accuracy(swa_net))
