"""Engine with micro-batches under bf16 autocast."""
from dataclasses import dataclass

import torch
from torch import nn, optim


@dataclass
class EngineConfig:
    micro: int = 16
    accumulate: int = 4
    steps: int = 24
    lr: float = 2e-3


class Engine:
    def __init__(self, cfg, model, stream):
        self.cfg, self.model, self.stream = cfg, model, stream
        self.opt = optim.AdamW(model.parameters(), lr=cfg.lr)
        self.lossf = nn.CrossEntropyLoss()

    def micro_step(self, batch):
        self.opt.zero_grad(set_to_none=True)  # expect: zero-grad-inside-accumulation
        x, y = batch
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = self.model(x)
            loss = self.lossf(out, y) / self.cfg.accumulate
        loss.backward()
        return loss.detach() * self.cfg.accumulate

    def run(self):
        for k in range(self.cfg.steps):
            losses = [self.micro_step(next(self.stream)) for _ in range(self.cfg.accumulate)]
            self.opt.step()  # expect: zero-grad-inside-accumulation
            if k % 8 == 0:
                print(k, torch.stack(losses).mean().item())


def endless(n_classes=4, dim=20, size=16):
    g = torch.Generator().manual_seed(11)
    centres = torch.randn(n_classes, dim, generator=g)
    while True:
        y = torch.randint(0, n_classes, (size,), generator=g)
        yield centres[y] + 0.8 * torch.randn(size, dim, generator=g), y


torch.manual_seed(5)
net = nn.Sequential(nn.Linear(20, 48), nn.ReLU(), nn.Linear(48, 4))
Engine(EngineConfig(), net, endless()).run()
