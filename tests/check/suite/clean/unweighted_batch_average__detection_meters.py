"""Detection-like: grid cells with objectness, class and box losses; meters weighted by size; tqdm-like loop."""
import sys
from collections import defaultdict

import torch
import torch.nn as nn
import torch.nn.functional as F


def progress(it, desc):
    it = list(it)
    for k, v in enumerate(it, 1):
        yield v
    sys.stderr.write(f"{desc}: {len(it)}/{len(it)}\n")


class Meters:
    def __init__(self):
        self.s, self.n = defaultdict(float), 0

    def add(self, n, **kw):
        self.n += n
        for k, v in kw.items():
            self.s[k] += float(v) * n

    def __str__(self):
        return " ".join(f"{k}={v / self.n:.3f}" for k, v in self.s.items())


class Detector(nn.Module):
    def __init__(self, classes=3):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 12, 3, 2, 1), nn.BatchNorm2d(12), nn.ReLU(), nn.Conv2d(12, 24, 3, 2, 1), nn.BatchNorm2d(24), nn.ReLU()
        )
        self.obj, self.cls, self.box = nn.Conv2d(24, 1, 1), nn.Conv2d(24, classes, 1), nn.Conv2d(24, 2, 1)

    def forward(self, x):
        h = self.body(x)
        return {"obj": self.obj(h)[:, 0], "cls": self.cls(h), "box": self.box(h)}


def scenes(n, g):
    x = 0.3 * torch.randn(n, 1, 16, 16, generator=g)
    obj, cls, box = torch.zeros(n, 4, 4), torch.zeros(n, 4, 4, dtype=torch.long), torch.zeros(n, 2, 4, 4)
    for i in range(n):
        c = int(torch.randint(0, 3, (), generator=g))
        r, q = torch.randint(0, 13, (2,), generator=g).tolist()
        x[i, 0, r : r + 3, q : q + 3] += [[1.0], [2.0], [-1.5]][c][0]
        cr, cq = (r + 1) // 4, (q + 1) // 4
        obj[i, cr, cq], cls[i, cr, cq] = 1, c
        box[i, :, cr, cq] = torch.tensor([(r + 1) % 4, (q + 1) % 4]) / 4.0
    return x, obj, cls, box


def detection_loss(out, obj, cls, box):
    lo = F.binary_cross_entropy_with_logits(out["obj"], obj, pos_weight=torch.tensor(8.0))
    hit = obj.bool()
    lc = F.cross_entropy(out["cls"].permute(0, 2, 3, 1)[hit], cls[hit])
    lb = F.smooth_l1_loss(out["box"].permute(0, 2, 3, 1)[hit].sigmoid(), box.permute(0, 2, 3, 1)[hit])
    return lo, lc, lb


def run(model, data, opt=None):
    model.train(opt is not None)
    order = torch.randperm(len(data[0])) if opt else torch.arange(len(data[0]))
    m = Meters()
    with torch.set_grad_enabled(opt is not None):
        for ix in progress(order.split(16), "train" if opt else "val"):
            x, *t = (d[ix] for d in data)
            lo, lc, lb = detection_loss(model(x), *t)
            loss = lo + lc + 2 * lb
            if opt:
                opt.zero_grad()
                loss.backward()
                opt.step()
            m.add(len(ix), obj=lo.item(), cls=lc.item(), box=lb.item())
    return m


if __name__ == "__main__":
    torch.manual_seed(0)
    g = torch.Generator().manual_seed(0)
    train, val = scenes(120, g), scenes(40, g)
    net = Detector()
    opt = torch.optim.Adam(net.parameters(), 3e-3)
    for epoch in range(3):
        print(epoch, run(net, train, opt), "|", run(net, val))
