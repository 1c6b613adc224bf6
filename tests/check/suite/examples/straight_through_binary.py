from __future__ import annotations

import torch
from torch import Tensor, nn


class Binarize(torch.autograd.Function):
    @staticmethod
    def forward(ctx, w: Tensor) -> Tensor:
        ctx.save_for_backward(w)
        return torch.where(w >= 0, 1.0, -1.0) * w.abs().mean()

    @staticmethod
    def backward(ctx, grad: Tensor) -> Tensor:
        (w,) = ctx.saved_tensors
        return grad * (w.abs() <= 1)


class BinaryLinear(nn.Linear):
    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, Binarize.apply(self.weight), self.bias)


def build() -> nn.Module:
    return nn.Sequential(BinaryLinear(12, 64), nn.BatchNorm1d(64), nn.Hardtanh(), BinaryLinear(64, 3))


def main() -> None:
    torch.manual_seed(2)
    x = torch.randn(400, 12)
    y = (x[:, :3] + x[:, 3:6]).argmax(1)
    net = build()
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    for epoch in range(5):
        net.train()
        for b in torch.randperm(320).split(32):
            loss = nn.functional.cross_entropy(net(x[b]), y[b])
            opt.zero_grad()
            loss.backward()
            opt.step()
            with torch.no_grad():
                for m in net:
                    if isinstance(m, BinaryLinear):
                        m.weight.clamp_(-1, 1)
        net.eval()
        with torch.no_grad():
            print(epoch, (net(x[320:]).argmax(1) == y[320:]).float().mean().item())


if __name__ == "__main__":
    main()
