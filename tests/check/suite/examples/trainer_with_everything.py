"""AMP, accumulation, clipping, EMA, one cycle, early stopping and checkpoints in one trainer."""
import copy
import os
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split


@dataclass
class Config:
    epochs: int = 6
    batch_size: int = 16
    accumulate: int = 2
    lr: float = 5e-3
    clip: float = 1.0
    amp: bool = True
    ema: float = 0.9
    patience: int = 3


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(12, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Dropout(0.1))
        self.head = nn.Linear(48, 3)

    def forward(self, x):
        return self.head(self.body(x))


class Trainer:
    def __init__(self, config, model, train, val, folder):
        self.c, self.model, self.folder = config, model, folder
        self.train_loader = DataLoader(train, batch_size=config.batch_size, shuffle=True, drop_last=True)
        self.val_loader = DataLoader(val, batch_size=64)
        decay = [p for p in model.parameters() if p.dim() > 1]
        rest = [p for p in model.parameters() if p.dim() <= 1]
        self.optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": rest, "weight_decay": 0.0}], lr=config.lr)
        steps = config.epochs * (len(self.train_loader) // config.accumulate)
        self.scheduler = torch.optim.lr_scheduler.OneCycleLR(self.optimizer, max_lr=config.lr, total_steps=steps + 1)
        self.scaler = torch.amp.GradScaler("cpu", enabled=config.amp, init_scale=256.0)
        self.average = copy.deepcopy(model).requires_grad_(False).eval()

    def autocast(self):
        return torch.autocast("cpu", dtype=torch.bfloat16) if self.c.amp else nullcontext()

    @torch.no_grad()
    def update_average(self):
        for a, b in zip(self.average.state_dict().values(), self.model.state_dict().values()):
            if a.dtype.is_floating_point:
                a.lerp_(b, 1 - self.c.ema)
            else:
                a.copy_(b)

    def train_epoch(self):
        self.model.train()
        total = torch.zeros(())
        self.optimizer.zero_grad(set_to_none=True)
        for i, (x, y) in enumerate(self.train_loader):
            with self.autocast():
                loss = nn.functional.cross_entropy(self.model(x), y)
            self.scaler.scale(loss / self.c.accumulate).backward()
            total += loss.detach()
            if (i + 1) % self.c.accumulate:
                continue
            self.scaler.unscale_(self.optimizer)
            nn.utils.clip_grad_norm_(self.model.parameters(), self.c.clip)
            self.scaler.step(self.optimizer)
            self.scaler.update()
            self.optimizer.zero_grad(set_to_none=True)
            self.scheduler.step()
            self.update_average()
        return (total / len(self.train_loader)).item()

    @torch.inference_mode()
    def evaluate(self, model):
        was = model.training
        model.eval()
        loss = right = n = 0
        for x, y in self.val_loader:
            out = model(x)
            loss += nn.functional.cross_entropy(out, y, reduction="sum").item()
            right += (out.argmax(1) == y).sum().item()
            n += len(y)
        model.train(was)
        return loss / n, right / n

    def fit(self):
        best, bad = float("inf"), 0
        path = os.path.join(self.folder, "best.pt")
        for epoch in range(self.c.epochs):
            loss = self.train_epoch()
            val, accuracy = self.evaluate(self.average)
            print(f"{epoch} {loss:.3f} {val:.3f} {accuracy:.3f}")
            if val < best:
                best, bad = val, 0
                torch.save({"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}, path)
            else:
                bad += 1
                if bad > self.c.patience:
                    break
        self.model.load_state_dict(torch.load(path, weights_only=True)["model"])
        return self.evaluate(self.model)


if __name__ == "__main__":
    torch.manual_seed(15)
    x = torch.randn(500, 12)
    y = (x @ torch.randn(12, 3)).argmax(1)
    train, val = random_split(TensorDataset(x, y), [400, 100])
    with tempfile.TemporaryDirectory() as folder:
        print(Trainer(Config(), Net(), train, val, folder).fit())
