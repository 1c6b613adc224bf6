import argparse
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset


class LeNet(nn.Module):
    def __init__(self):
        super(LeNet, self).__init__()
        self.conv = nn.Conv2d(1, 6, 3)
        self.drop = nn.Dropout2d(0.25)
        self.fc = nn.Linear(6 * 9, 3)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        return self.fc(torch.flatten(self.drop(x), 1))


def run_epoch(net, loader, optimizer=None):
    net.train()  # expect: validation-in-train-mode
    seen, total, right = 0, 0.0, 0
    with torch.set_grad_enabled(optimizer is not None):
        for data, target in loader:
            out = net(data)  # expect: validation-in-train-mode
            loss = F.cross_entropy(out, target)
            if optimizer is not None:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            seen += len(target)
            total += loss.item() * len(target)
            right += (out.argmax(1) == target).sum().item()
    return total / seen, right / seen


parser = argparse.ArgumentParser()
parser.add_argument('--epochs', type=int, default=3)
parser.add_argument('--lr', type=float, default=5e-3)
opts = parser.parse_args()
torch.manual_seed(2)
label = torch.randint(0, 3, (240,))
image = 0.4 * torch.randn(240, 1, 8, 8)
for k in range(3):
    image[label == k, 0, 2 * k + 1] += 1.5
train_dl = DataLoader(TensorDataset(image[:192], label[:192]), batch_size=24, shuffle=True)
test_dl = DataLoader(TensorDataset(image[192:], label[192:]), batch_size=48)
net = LeNet()
optimizer = torch.optim.Adam(net.parameters(), lr=opts.lr)
for epoch in range(opts.epochs):
    print(epoch, 'train', run_epoch(net, train_dl, optimizer), 'test', run_epoch(net, test_dl))
