"""bf16 autocast on the CPU; a scaler that is switched off, adaptive clipping by ratio, warm restarts."""
import torch
from torch import nn
from torch.amp import GradScaler, autocast


def adaptive_clip(params, ratio=0.05, eps=1e-3):
    for p in params:
        if p.grad is None:
            continue
        limit = p.detach().norm().clamp_min(eps) * ratio
        norm = p.grad.norm()
        if norm > limit:
            p.grad.mul_(limit / (norm + 1e-6))


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 12, 3, padding=1)
        self.block = nn.Sequential(nn.GroupNorm(3, 12), nn.SiLU(), nn.Conv2d(12, 12, 3, padding=1))
        self.head = nn.Linear(12, 4)

    def forward(self, x):
        x = self.stem(x)
        x = x + self.block(x)
        return self.head(x.mean((2, 3)))


def main():
    torch.manual_seed(3)
    y = torch.randint(0, 4, (256,))
    x = torch.randn(4, 3, 8, 8)[y] + torch.randn(256, 3, 8, 8)
    net = ConvNet()
    opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    sched = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(opt, T_0=2, T_mult=2)
    use_fp16 = torch.cuda.is_available()
    scaler = GradScaler("cuda" if use_fp16 else "cpu", enabled=use_fp16)
    n = 256 // 32
    for epoch in range(4):
        net.train()
        for i, ix in enumerate(torch.randperm(256).split(32)):
            opt.zero_grad(set_to_none=True)
            with autocast("cpu", dtype=torch.bfloat16):
                loss = nn.functional.cross_entropy(net(x[ix]), y[ix])
            scaler.scale(loss).backward()
            adaptive_clip(net.parameters())
            nn.utils.clip_grad_value_(net.parameters(), 1.0)
            scaler.step(opt)
            scaler.update()
            sched.step(epoch + i / n)
        print(epoch, loss.item(), opt.param_groups[0]["lr"])


main()
