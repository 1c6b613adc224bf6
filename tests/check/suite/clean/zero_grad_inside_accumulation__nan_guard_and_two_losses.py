"""A trainer with accumulation over uneven tails, and a guard against bad batches."""
import argparse
import contextlib
import math

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Trainer:
    def __init__(self, args):
        torch.manual_seed(args.seed)
        self.args = args
        x = torch.randn(410, 8)
        x[17, 2] = math.nan
        y = (x[:, 0].nan_to_num() > 0).float()
        self.loader = DataLoader(TensorDataset(x, y), args.batch, shuffle=True)
        self.net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1), nn.Flatten(0))
        self.opt = torch.optim.AdamW(self.net.parameters(), lr=args.lr)
        self.sched = torch.optim.lr_scheduler.CosineAnnealingLR(self.opt, args.epochs)

    def groups(self):
        group = []
        for batch in self.loader:
            if not torch.isfinite(batch[0]).all():
                continue
            group.append(batch)
            if len(group) == self.args.accumulate:
                yield group
                group = []
        if group:
            yield group

    @contextlib.contextmanager
    def update(self):
        self.opt.zero_grad()
        yield
        nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.opt.step()

    def fit(self):
        for epoch in range(self.args.epochs):
            for group in self.groups():
                n = sum(len(x) for x, _ in group)
                with self.update():
                    for x, y in group:
                        loss = nn.functional.binary_cross_entropy_with_logits(self.net(x), y, reduction="sum") / n
                        loss.backward()
            self.sched.step()
            print(epoch, loss.item())


def main(argv=None):
    p = argparse.ArgumentParser()
    p.add_argument("--epochs", type=int, default=3)
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--accumulate", type=int, default=4)
    p.add_argument("--lr", type=float, default=1e-2)
    p.add_argument("--seed", type=int, default=0)
    Trainer(p.parse_args(argv)).fit()


if __name__ == "__main__":
    main([])
