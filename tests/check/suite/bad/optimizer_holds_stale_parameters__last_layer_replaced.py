import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
def main():
    net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 5))
    opt = torch.optim.SGD(net.parameters(), .1, momentum=.9)  # expect: optimizer-holds-stale-parameters # also: parameters-missing-from-optimizer
    net[2] = nn.Linear(8, 2)
    x = torch.randn(96, 8); y = (x[:, 0] > 0).long()
    for i in range(12):
        loss = F.cross_entropy(net(x), y); opt.zero_grad(); loss.backward(); opt.step()
main()
