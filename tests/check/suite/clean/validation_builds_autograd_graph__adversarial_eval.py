"""Adversarial training, robust evaluation with PGD, and saliency maps."""
import torch
from torch import nn

torch.manual_seed(102)


def pgd(model, x, y, eps=0.2, steps=3):
    delta = torch.empty_like(x).uniform_(-eps, eps)
    for _ in range(steps):
        delta.requires_grad_(True)
        loss = nn.functional.cross_entropy(model(x + delta), y)
        (g,) = torch.autograd.grad(loss, delta)
        delta = (delta.detach() + 0.1 * g.sign()).clamp(-eps, eps)
    return (x + delta).detach()


def robust_accuracy(model, x, y):
    model.eval()
    adv = pgd(model, x, y)
    with torch.no_grad():
        hits = (model(adv).argmax(1) == y).float().mean().item()
    model.train()
    return hits


def saliency(model, x):
    model.eval()
    x = x.clone().requires_grad_()
    model(x).amax(1).sum().backward()
    model.train()
    return x.grad.abs()


net = nn.Sequential(nn.Conv1d(1, 8, 3, padding=1), nn.BatchNorm1d(8), nn.ReLU(), nn.Flatten(), nn.Linear(96, 3))
opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)


def draw(n):
    y = torch.randint(0, 3, (n,))
    x = 0.4 * torch.randn(n, 1, 12)
    for k in range(3):
        x[y == k, 0, 4 * k : 4 * k + 4] += 1
    return x, y


for epoch in range(3):
    for _ in range(8):
        x, y = draw(32)
        adv = pgd(net, x, y)
        opt.zero_grad()
        nn.functional.cross_entropy(net(adv), y).backward()
        opt.step()
    print(epoch, robust_accuracy(net, *draw(64)))
print(saliency(net, draw(4)[0]).shape)
