import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
class Net(nn.Module):
    def __init__(self):
        super().__init__(); self.rnn = nn.GRU(4, 8, num_layers=2, batch_first=True); self.o = nn.Linear(16, 2)
    def forward(self, x):
        _, h = self.rnn(x)
        return self.o(h.view(x.size(0), -1))  # expect: view-instead-of-permute
net = Net(); opt = torch.optim.Adam(net.parameters(), 1e-3)
x = torch.randn(96, 5, 4); y = (x[:, 0, 0] > 0).long()
for i in range(12):
    b = torch.randperm(96)[:12]
    loss = F.cross_entropy(net(x[b]), y[b]); opt.zero_grad(); loss.backward(); opt.step()
