import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
class Two(nn.Module):
    def __init__(self):
        super().__init__(); self.a = nn.Linear(8, 8); self.b = nn.Linear(8, 2)
    def forward(self, x):
        h = torch.relu(self.a(x))
        h = torch.tensor(h.tolist())  # expect: graph-cut-inside-forward
        return self.b(h)
def main():
    net = Two(); opt = torch.optim.Adam(net.parameters(), 1e-2)
    x = torch.randn(96, 8); y = (x[:, 0] > 0).long()
    for i in range(12):
        loss = F.cross_entropy(net(x), y); opt.zero_grad(); loss.backward(); opt.step()
main()
