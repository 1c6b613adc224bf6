import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def expected_calibration(probs, labels, bins=5):
    conf, pred = probs.max(1)
    err = 0.0
    for lo in torch.arange(bins) / bins:
        m = (conf > lo) & (conf <= lo + 1 / bins)
        if m.any():
            err += (m.float().mean() * ((pred[m] == labels[m]).float().mean() - conf[m].mean()).abs()).item()
    return err


torch.manual_seed(2)
x = torch.randn(480, 6)
y = (x[:, 0] + x[:, 1] > 0).long() + (x[:, 2] > 1).long()
train = DataLoader(TensorDataset(x[:400], y[:400]), batch_size=40, shuffle=True)
net = nn.Sequential(nn.Linear(6, 20), nn.ReLU(), nn.Dropout(0.1), nn.Linear(20, 3))
opt = torch.optim.AdamW(net.parameters(), lr=5e-3)
for epoch in range(4):
    net.train()
    for xb, yb in train:
        loss = nn.functional.cross_entropy(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        print(epoch, 'ece %.3f' % expected_calibration(net(x[400:]).softmax(1), y[400:]))
