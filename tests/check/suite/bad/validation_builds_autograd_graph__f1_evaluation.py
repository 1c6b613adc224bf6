"""Multi-label tagging with a micro F1 after each epoch."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split


def evaluate(model, loader, crit):
    model.eval()
    tp = fp = fn = 0
    losses, sizes = [], []
    for x, y in loader:
        logits = model(x)  # expect: validation-builds-autograd-graph
        losses.append(crit(logits, y).item())
        sizes.append(len(x))
        p = (logits > 0).float()
        tp += (p * y).sum().item()
        fp += (p * (1 - y)).sum().item()
        fn += ((1 - p) * y).sum().item()
    mean = sum(l * s for l, s in zip(losses, sizes)) / sum(sizes)
    return mean, 2 * tp / max(1, 2 * tp + fp + fn)


def train(model, loader, opt, crit):
    model.train()
    for x, y in loader:
        opt.zero_grad()
        crit(model(x), y).backward()
        opt.step()


torch.manual_seed(24)
x = torch.randn(600, 15)
y = ((x @ torch.randn(15, 7)) > 1.0).float()
a, b = random_split(TensorDataset(x, y), [480, 120])
train_dl, val_dl = DataLoader(a, 48, shuffle=True), DataLoader(b, 40)
model = nn.Sequential(nn.Linear(15, 48), nn.ReLU(), nn.Dropout(0.1), nn.Linear(48, 7))
crit = nn.BCEWithLogitsLoss()
opt = torch.optim.NAdam(model.parameters(), lr=3e-3)
for epoch in range(3):
    train(model, train_dl, opt, crit)
    print(epoch, evaluate(model, val_dl, crit))
