import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(35)
y = torch.randint(0, 3, (360,))
x = torch.randn(360, 1, 8, 8)
x[torch.arange(360), 0, y * 2] += 1.5
train = DataLoader(TensorDataset(x[:300], y[:300]), batch_size=30, shuffle=True)
test = DataLoader(TensorDataset(x[300:], y[300:]), batch_size=20)
model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Dropout2d(0.1), nn.Flatten(), nn.Linear(8 * 36, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)


def adversarial_accuracy(eps):
    model.eval()
    right = 0
    for xb, yb in test:
        xb = xb.clone().requires_grad_(True)
        (grad,) = torch.autograd.grad(F.cross_entropy(model(xb), yb), xb)
        with torch.no_grad():
            right += (model(xb + eps * grad.sign()).argmax(1) == yb).sum().item()
    return right / 60


def saliency(xb):
    model.eval()
    xb = xb.clone().requires_grad_(True)
    model(xb).amax(1).sum().backward()
    model.zero_grad()
    return xb.grad.abs().mean().item()


for epoch in range(3):
    model.train()
    for xb, yb in train:
        optimizer.zero_grad()
        F.cross_entropy(model(xb), yb).backward()
        optimizer.step()
    print(epoch, adversarial_accuracy(0.1), saliency(x[300:320]))
