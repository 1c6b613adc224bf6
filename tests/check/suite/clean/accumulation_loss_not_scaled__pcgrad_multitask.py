"""Multi-task: learned uncertainties, gradient surgery between tasks, gradients written by hand."""
import random

import torch
from torch import nn


class MultiTask(nn.Module):
    def __init__(self):
        super().__init__()
        self.shared = nn.Sequential(nn.Linear(10, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU())
        self.heads = nn.ModuleDict({"age": nn.Linear(40, 1), "kind": nn.Linear(40, 3), "flag": nn.Linear(40, 1)})
        self.log_var = nn.ParameterDict({k: nn.Parameter(torch.zeros(())) for k in ("age", "kind", "flag")})

    def losses(self, x, t):
        h = self.shared(x)
        raw = {
            "age": nn.functional.mse_loss(self.heads["age"](h).squeeze(1), t["age"]),
            "kind": nn.functional.cross_entropy(self.heads["kind"](h), t["kind"]),
            "flag": nn.functional.binary_cross_entropy_with_logits(self.heads["flag"](h).squeeze(1), t["flag"]),
        }
        return {k: v * torch.exp(-self.log_var[k]) + self.log_var[k] for k, v in raw.items()}


def pcgrad(losses, params):
    flat = []
    for loss in losses:
        gs = torch.autograd.grad(loss, params, retain_graph=True, allow_unused=True)
        flat.append(torch.cat([(torch.zeros_like(p) if g is None else g).flatten() for p, g in zip(params, gs)]))
    mixed = []
    for i, gi in enumerate(flat):
        gi = gi.clone()
        for gj in random.sample(flat, len(flat)):
            dot = gi @ gj
            if dot < 0:
                gi -= dot / gj.dot(gj).clamp_min(1e-12) * gj
        mixed.append(gi)
    total = torch.stack(mixed).sum(0)
    for p in params:
        n = p.numel()
        p.grad, total = total[:n].view_as(p).clone(), total[n:]


random.seed(3)
torch.manual_seed(3)
x = torch.randn(480, 10)
targets = {"age": x[:, 0] - x[:, 1], "kind": x[:, 2:5].argmax(1), "flag": (x[:, 5] > 0).float()}
model = MultiTask()
params = list(model.parameters())
opt = torch.optim.Adam(params, lr=2e-3)
for epoch in range(4):
    for ix in torch.randperm(480).split(48):
        losses = model.losses(x[ix], {k: v[ix] for k, v in targets.items()})
        pcgrad(list(losses.values()), params)
        opt.step()
    print(epoch, {k: round(v.item(), 3) for k, v in losses.items()})
