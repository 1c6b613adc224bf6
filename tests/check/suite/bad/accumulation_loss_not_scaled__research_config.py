import dataclasses

import torch
import torch.nn as nn


@dataclasses.dataclass(frozen=True)
class Config:
    dim: int = 24
    hidden: int = 48
    micro_batch: int = 16
    batch: int = 64
    iterations: int = 40
    lr: float = 0.02
    seed: int = 9

    @property
    def accumulate(self):
        return self.batch // self.micro_batch


def build(cfg):
    return nn.Sequential(nn.Linear(cfg.dim, cfg.hidden), nn.SiLU(), nn.Linear(cfg.hidden, 1))


def sample(cfg, teacher):
    x = torch.randn(cfg.micro_batch, cfg.dim)
    with torch.no_grad():
        y = teacher(x) + 0.05 * torch.randn(cfg.micro_batch, 1)
    return x, y


def run(cfg):
    torch.manual_seed(cfg.seed)
    teacher, student = build(cfg), build(cfg)
    opt = torch.optim.SGD(student.parameters(), lr=cfg.lr, momentum=0.9)
    criterion = nn.MSELoss()
    log = []
    for it in range(cfg.iterations):
        opt.zero_grad(set_to_none=True)
        seen = 0.0
        for _ in range(cfg.accumulate):
            x, y = sample(cfg, teacher)
            loss = criterion(student(x), y)
            loss.backward()  # expect: accumulation-loss-not-scaled
            seen += loss.item() / cfg.accumulate
        opt.step()  # expect: accumulation-loss-not-scaled
        log.append(seen)
        if it % 10 == 0:
            print(f"[{it:4d}] loss {seen:.5f}")
    return log


if __name__ == "__main__":
    print(run(Config())[-1])
