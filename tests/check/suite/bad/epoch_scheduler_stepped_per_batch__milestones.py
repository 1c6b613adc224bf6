import argparse
import torch
from torch import nn, optim
from torch.optim.lr_scheduler import MultiStepLR

def get_args():
    p = argparse.ArgumentParser()
    p.add_argument('--epochs', type=int, default=6)
    p.add_argument('--milestones', type=int, nargs='+', default=[2, 3, 4, 5])
    p.add_argument('--gamma', type=float, default=0.1)
    return p.parse_args()

args = get_args()
torch.manual_seed(30)
y = torch.randint(0, 4, (256,))
x = torch.randn(256, 12); x[torch.arange(256), y * 3] += 2
net = nn.Sequential(nn.Linear(12, 24), nn.ReLU(), nn.Linear(24, 4))
opt = optim.SGD(net.parameters(), lr=0.1, momentum=0.9, nesterov=True)
lr_schedule = MultiStepLR(opt, milestones=args.milestones, gamma=args.gamma)
for epoch in range(args.epochs):
    for b in torch.randperm(256).split(32):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        loss.backward()
        opt.step()
        lr_schedule.step()  # expect: epoch-scheduler-stepped-per-batch
    print('| epoch %d | lr %.1e | loss %.4f' % (epoch, opt.param_groups[0]['lr'], loss.item()))
