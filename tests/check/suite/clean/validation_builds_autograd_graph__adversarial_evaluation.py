import torch
import torch.nn as nn
import torch.nn.functional as F


def fgsm(model, x, y, eps):
    x = x.clone().requires_grad_(True)
    loss = F.cross_entropy(model(x), y)
    grad = torch.autograd.grad(loss, x)[0]
    return (x + eps * grad.sign()).detach()


torch.manual_seed(10)
y = torch.randint(0, 3, (330,))
x = torch.randn(330, 8) + 2 * F.one_hot(y, 8)
model = nn.Sequential(nn.Linear(8, 24), nn.ReLU(), nn.Linear(24, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(3):
    model.train()
    for b in torch.randperm(270).split(27):
        optimizer.zero_grad()
        F.cross_entropy(model(x[b]), y[b]).backward()
        optimizer.step()
    model.eval()
    x_adv = fgsm(model, x[270:], y[270:], 0.3)
    with torch.no_grad():
        clean_acc = (model(x[270:]).argmax(1) == y[270:]).float().mean().item()
        robust = (model(x_adv).argmax(1) == y[270:]).float().mean().item()
    print('epoch', epoch, 'clean', clean_acc, 'robust', robust)
