# main task and auxiliary task are back-propagated one after the other to save memory
import torch
import torch.nn as nn
import torch.nn.functional as F


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(10, 30), nn.ReLU())
        self.cls, self.rec = nn.Linear(30, 2), nn.Linear(30, 10)


torch.manual_seed(15)
data = torch.randn(320, 10)
lab = (data[:, 0] - data[:, 5] > 0).long()
m = Shared()
optim = torch.optim.Adam(m.parameters(), lr=3e-3)
for epoch in range(4):
    for b in torch.randperm(320).view(8, 40):
        optim.zero_grad()
        main_loss = F.cross_entropy(m.cls(m.trunk(data[b])), lab[b])
        main_loss.backward()
        aux_loss = 0.5 * F.mse_loss(m.rec(m.trunk(data[b] + 0.1 * torch.randn(40, 10))), data[b])
        aux_loss.backward()
        optim.step()
    print(f"{epoch} main {main_loss.item():.3f} aux {aux_loss.item():.3f}")
