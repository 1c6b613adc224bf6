import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
class Net(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = layers  # expect: submodules-in-plain-list
        self.out = nn.Linear(8, 2)
    def forward(self, x):
        for l in self.layers: x = torch.relu(l(x))
        return self.out(x)
def build():
    layers = []
    for _ in range(3):
        layers.append(nn.Linear(8, 8))
    return Net(layers)
def main():
    net = build(); opt = torch.optim.Adam(net.parameters(), 1e-3)
    x = torch.randn(96, 8); y = (x[:, 0] > 0).long()
    for i in range(12):
        loss = F.cross_entropy(net(x), y); opt.zero_grad(); loss.backward(); opt.step()
main()
