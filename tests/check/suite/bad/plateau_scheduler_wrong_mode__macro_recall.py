"""A plateau schedule on balanced recall, computed from a confusion matrix."""
import torch
from torch import nn
from torch.optim import lr_scheduler

torch.manual_seed(61)
centers = torch.randn(4, 12)


def draw(n):
    y = torch.randint(0, 4, (n,))
    return centers[y] + torch.randn(n, 12), y


def recall(net, x, y):
    with torch.no_grad():
        pred = net(x).argmax(1)
    conf = torch.zeros(4, 4).index_put((y, pred), torch.ones(len(y)), accumulate=True)
    return (conf.diag() / conf.sum(1)).mean()


net = nn.Sequential(nn.Linear(12, 24), nn.ReLU(), nn.Linear(24, 4))
opt = torch.optim.SGD(net.parameters(), lr=0.03)
sched = lr_scheduler.ReduceLROnPlateau(opt, factor=0.3, patience=1)  # expect: plateau-scheduler-wrong-mode
vx, vy = draw(400)
for epoch in range(14):
    for _ in range(5):
        x, y = draw(32)
        opt.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        opt.step()
    r = recall(net, vx, vy)
    sched.step(r)  # expect: plateau-scheduler-wrong-mode
    print(epoch, f"{r:.3f}", opt.param_groups[0]["lr"])
