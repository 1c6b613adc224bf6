# a hypernetwork writes the weights of the inner layer; an ensemble is evaluated functionally
import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call, stack_module_state, vmap


class Hyper(nn.Module):
    def __init__(self, d_task, d_in):
        super().__init__()
        self.gen = nn.Sequential(nn.Linear(d_task, 32), nn.ReLU(), nn.Linear(32, d_in + 1))

    def forward(self, task, x):
        w = self.gen(task)
        return (x * w[:, :-1]).sum(1) + w[:, -1]


torch.manual_seed(8)
task = torch.randn(300, 2)
x = torch.randn(300, 2)
y = (task * x).sum(1)
nets = [Hyper(2, 2) for _ in range(3)]
params, buffers = stack_module_state(nets)
params = {k: v.detach().clone().requires_grad_() for k, v in params.items()}
opt = torch.optim.Adam(list(params.values()), lr=1e-2)


def one(p, t, v):
    return functional_call(nets[0], p, (t, v))


for epoch in range(4):
    for b in torch.randperm(300).split(30):
        out = vmap(one, in_dims=(0, None, None))(params, task[b], x[b])
        loss = F.mse_loss(out, y[b].expand_as(out))
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
