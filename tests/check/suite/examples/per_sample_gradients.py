# differentially private SGD: one gradient per row by vmap, clipped, summed, noised, put into .grad
import torch
from torch import nn
from torch.func import functional_call, grad, vmap

torch.manual_seed(25)
x = torch.randn(320, 6)
y = (x[:, 0] + x[:, 1] > 0).long()
net = nn.Sequential(nn.Linear(6, 24), nn.Tanh(), nn.Linear(24, 2))
opt = torch.optim.SGD(net.parameters(), lr=0.5)
CLIP, SIGMA = 1.0, 0.5


def loss_of_one(params, xi, yi):
    logits = functional_call(net, params, (xi.unsqueeze(0),))
    return nn.functional.cross_entropy(logits, yi.unsqueeze(0))


each = vmap(grad(loss_of_one), in_dims=(None, 0, 0))
for epoch in range(4):
    for b in torch.randperm(256).split(64):
        params = {k: v.detach() for k, v in net.named_parameters()}
        grads = each(params, x[b], y[b])
        norms = torch.stack([g.flatten(1).norm(dim=1) for g in grads.values()]).norm(dim=0)
        factor = (CLIP / (norms + 1e-6)).clamp(max=1.0)
        opt.zero_grad()
        for name, p in net.named_parameters():
            total = torch.einsum("b,b...->...", factor, grads[name])
            p.grad = (total + SIGMA * CLIP * torch.randn_like(p)) / len(b)
        opt.step()
    with torch.no_grad():
        logits = net(x[256:])
    print(epoch, nn.functional.cross_entropy(logits, y[256:]).item(), (logits.argmax(1) == y[256:]).float().mean().item())
