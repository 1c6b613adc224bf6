"""K-fold with SWA: averaged weights, update_bn, the best state deep-copied and out-of-fold predictions."""
import copy
import random

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import SWALR, AveragedModel, update_bn
from torch.utils.data import DataLoader, Subset, TensorDataset


class CFG:
    seed, folds, epochs, swa_start, bs, lr = 11, 3, 5, 3, 32, 2e-3


def seed_everything(s):
    random.seed(s)
    np.random.seed(s)
    torch.manual_seed(s)


class Tab(nn.Module):
    def __init__(self):
        super().__init__()
        self.bn = nn.BatchNorm1d(10)
        self.seq = nn.Sequential(nn.Linear(10, 32), nn.BatchNorm1d(32), nn.PReLU(), nn.Dropout(0.2), nn.Linear(32, 1))

    def forward(self, x):
        return self.seq(self.bn(x)).squeeze(-1)


@torch.no_grad()
def predict(net, dl):
    net.eval()
    return torch.cat([net(x).sigmoid() for x, _ in dl])


def run_fold(ds, tr, va):
    dl = DataLoader(Subset(ds, tr), CFG.bs, shuffle=True, drop_last=True)
    vl = DataLoader(Subset(ds, va), 64)
    net, crit = Tab(), nn.BCEWithLogitsLoss()
    opt = torch.optim.AdamW(net.parameters(), lr=CFG.lr)
    swa, swa_sched = AveragedModel(net), SWALR(opt, swa_lr=1e-3, anneal_epochs=1)
    yv = torch.stack([ds[i][1] for i in va])
    best, best_state = -1.0, None
    for ep in range(CFG.epochs):
        net.train()
        for x, y in dl:
            opt.zero_grad()
            loss = crit(net(x), y)
            loss.backward()
            opt.step()
        if ep >= CFG.swa_start:
            swa.update_parameters(net)
            swa_sched.step()
        acc = ((predict(net, vl) > 0.5) == (yv > 0.5)).float().mean().item()
        if acc > best:
            best, best_state = acc, copy.deepcopy(net.state_dict())
    update_bn(dl, swa)
    net.load_state_dict(best_state)
    return best, 0.5 * predict(net, vl) + 0.5 * predict(swa, vl)


seed_everything(CFG.seed)
X = torch.randn(480, 10) * 3 + 1
y = ((X[:, 0] - X[:, 1] + torch.randn(480)) > 0).float()
ds = TensorDataset(X, y)
oof = torch.zeros(480)
for f, va in enumerate(np.array_split(np.random.permutation(480), CFG.folds)):
    tr = np.setdiff1d(np.arange(480), va)
    score, p = run_fold(ds, tr.tolist(), va.tolist())
    oof[va] = p
    print(f, score)
print("cv", ((oof > 0.5) == (y > 0.5)).float().mean().item())
