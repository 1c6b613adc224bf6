"""A self-normalising network."""
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(52)


class SNN(nn.Module):
    def __init__(self, sizes=(10, 40, 40, 3), drop=0.2):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(i, o) for i, o in zip(sizes, sizes[1:]))
        self.drop = drop

    def forward(self, x):
        *hidden, last = self.layers
        for layer in hidden:
            x = F.alpha_dropout(F.selu(layer(x)), self.drop, True)  # expect: functional-dropout-ignores-eval
        return last(x)


def fit_one(model, opt, x, y):
    model.train()
    opt.zero_grad()
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    opt.step()


def score(model, x, y):
    model.eval()
    with torch.no_grad():
        return (model(x).argmax(-1) == y).double().mean().item()


w = torch.randn(10, 3)
net = SNN()
opt = torch.optim.SGD(net.parameters(), lr=0.05)
for e in range(6):
    for _ in range(5):
        x = torch.randn(40, 10)
        fit_one(net, opt, x, (x @ w).argmax(1))
    x = torch.randn(80, 10)
    print(e, score(net, x, (x @ w).argmax(1)))
