"""Adversarial training and robust evaluation: gradients of the input are needed in eval mode."""
import torch
from torch import nn


def fgsm(model, x, y, eps, steps=1):
    adv = x.clone().detach() + (torch.rand_like(x) - 0.5) * eps
    for _ in range(steps):
        adv.requires_grad_(True)
        loss = nn.functional.cross_entropy(model(adv), y)
        (g,) = torch.autograd.grad(loss, adv)
        adv = (x + (adv.detach() + eps / steps * g.sign() - x).clamp(-eps, eps)).detach()
    return adv


def evaluate(model, x, y, eps):
    model.eval()
    clean = robust = 0
    for xb, yb in zip(x.split(50), y.split(50)):
        adv = fgsm(model, xb, yb, eps, steps=3)
        with torch.no_grad():
            clean += (model(xb).argmax(1) == yb).sum().item()
            robust += (model(adv).argmax(1) == yb).sum().item()
    model.train()
    return clean / len(x), robust / len(x)


def saliency(model, x):
    model.eval()
    x = x.clone().requires_grad_()
    model(x).max(1).values.sum().backward()
    model.zero_grad()
    model.train()
    return x.grad.abs()


def main():
    torch.manual_seed(17)
    y = torch.randint(0, 3, (480,))
    x = torch.randn(3, 16)[y] + 0.8 * torch.randn(480, 16)
    model = nn.Sequential(nn.Linear(16, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Linear(48, 3))
    opt = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
    for epoch in range(3):
        for ix in torch.randperm(360).split(40):
            adv = fgsm(model, x[ix], y[ix], 0.3)
            opt.zero_grad()
            loss = 0.5 * nn.functional.cross_entropy(model(x[ix]), y[ix]) + 0.5 * nn.functional.cross_entropy(model(adv), y[ix])
            loss.backward()
            opt.step()
        print(epoch, evaluate(model, x[360:], y[360:], 0.3), saliency(model, x[:8]).mean().item())


main()
