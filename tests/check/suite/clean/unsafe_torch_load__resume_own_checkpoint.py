"""Crash-safe training: own checkpoint with RNG states is written, read and resumed in the same run."""
import os
import tempfile

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR


class Session:
    def __init__(self, path):
        self.path = path
        self.net = nn.Sequential(nn.Linear(9, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 1))
        self.opt = torch.optim.AdamW(self.net.parameters(), lr=4e-3)
        self.sched = SequentialLR(
            self.opt, [LinearLR(self.opt, 0.1, total_iters=2), CosineAnnealingLR(self.opt, T_max=6)], milestones=[2]
        )
        self.epoch = 0

    def save(self):
        tmp = self.path + ".tmp"
        torch.save(
            {
                "net": self.net.state_dict(),
                "opt": self.opt.state_dict(),
                "sched": self.sched.state_dict(),
                "epoch": self.epoch,
                "rng": torch.get_rng_state(),
            },
            tmp,
        )
        os.replace(tmp, self.path)

    def load(self):
        blob = torch.load(self.path, weights_only=False)
        self.net.load_state_dict(blob["net"])
        self.opt.load_state_dict(blob["opt"])
        self.sched.load_state_dict(blob["sched"])
        self.epoch = blob["epoch"]
        torch.set_rng_state(blob["rng"])

    def train(self, x, y, until):
        while self.epoch < until:
            self.net.train()
            for ix in torch.randperm(len(x)).split(32):
                loss = nn.functional.smooth_l1_loss(self.net(x[ix]), y[ix])
                self.opt.zero_grad()
                loss.backward()
                self.opt.step()
            self.sched.step()
            self.epoch += 1
            self.save()
            print(self.epoch, loss.item(), self.sched.get_last_lr())


with tempfile.TemporaryDirectory() as d:
    torch.manual_seed(9)
    x = torch.randn(320, 9)
    y = x[:, :1].abs() - x[:, 1:2]
    path = os.path.join(d, "last.pt")
    Session(path).train(x, y, 3)
    again = Session(path)
    again.load()
    again.train(x, y, 6)
