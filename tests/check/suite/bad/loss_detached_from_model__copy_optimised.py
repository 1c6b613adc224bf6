import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
import copy
def main():
    net = nn.Linear(8, 2); clone = copy.deepcopy(net)
    opt = torch.optim.Adam(clone.parameters(), 1e-3)
    x = torch.randn(96, 8); y = (x[:, 0] > 0).long()
    for i in range(12):
        loss = F.cross_entropy(net(x), y); opt.zero_grad(); loss.backward(); opt.step()  # expect: loss-detached-from-model # also: parameters-missing-from-optimizer
main()
