import torch
from torch import nn
from torch.func import functional_call, grad, vmap


class Cell(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.out = nn.GRUCell(3, 16), nn.Linear(16, 1)

    def forward(self, xs):
        h, outs = xs.new_zeros(xs.size(1), 16), []
        for x in xs:
            h = self.cell(x, h)
            outs.append(self.out(h))
        return torch.stack(outs)


class Smooth:
    def __init__(self, beta=0.9):
        self.beta, self.value = beta, None

    def __call__(self, new):
        self.value = new if self.value is None else self.beta * self.value + (1 - self.beta) * new
        return self.value


torch.manual_seed(46)
model = Cell()
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
smooth, history = Smooth(), []
for step in range(30):
    xs = torch.randn(6, 20, 3)
    ys = xs[..., :1].cumsum(0)
    total = 0
    for t, (pred, y) in enumerate(zip(model(xs), ys)):
        total = total + (t + 1) * (pred - y).abs().mean() / 21
    opt.zero_grad()
    total.backward()
    opt.step()
    smooth(total.detach())
    history.append(total.detach())
    if step % 10 == 0:
        print(step, smooth.value.item())
print(torch.stack(history).mean().item())

head = {k: v.detach() for k, v in model.out.named_parameters()}


def head_loss(params, h, y):
    return (functional_call(model.out, params, (h,)) - y).pow(2).sum()


per_example = vmap(grad(head_loss), in_dims=(None, 0, 0))(head, torch.randn(8, 16), torch.randn(8, 1))
print({k: tuple(v.shape) for k, v in per_example.items()})
