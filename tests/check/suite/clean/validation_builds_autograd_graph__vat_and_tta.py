import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def kl(p_logits, q_logits):
    return F.kl_div(F.log_softmax(q_logits, 1), F.softmax(p_logits, 1), reduction="batchmean")


def vat_loss(model, x, xi=1e-2, eps=0.5):
    with torch.no_grad():
        clean = model(x)
    d = F.normalize(torch.randn_like(x), dim=1).requires_grad_()
    (grad,) = torch.autograd.grad(kl(clean, model(x + xi * d)), d)
    return kl(clean, model(x + eps * F.normalize(grad, dim=1)))


def fgsm_accuracy(model, x, y, eps=0.1):
    x = x.clone().requires_grad_(True)
    (g,) = torch.autograd.grad(F.cross_entropy(model(x), y), x)
    with torch.no_grad():
        return (model(x + eps * g.sign()).argmax(1) == y).float().mean().item()


def influence(model, x):
    x = x.clone().requires_grad_(True)
    model(x).logsumexp(1).sum().backward()
    return x.grad.abs().mean(0)


torch.manual_seed(43)
x = torch.randn(500, 6)
y = (x[:, 0] * x[:, 1] > 0).long()
labelled = DataLoader(TensorDataset(x[:100], y[:100]), batch_size=20, shuffle=True)
unlabelled = DataLoader(TensorDataset(x[100:400]), batch_size=60, shuffle=True)
model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 2))
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(4):
    model.train()
    for (xb, yb), (xu,) in zip(labelled, unlabelled):
        loss = F.cross_entropy(model(xb), yb) + vat_loss(model, xu)
        opt.zero_grad()
        loss.backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        clean = (model(x[400:]).argmax(1) == y[400:]).float().mean().item()
    print(epoch, loss.item(), clean, fgsm_accuracy(model, x[400:], y[400:]))
    model.zero_grad()
print(influence(model, x[400:]).tolist())
