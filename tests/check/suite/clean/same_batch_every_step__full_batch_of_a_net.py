"""Full-batch training of a small net by Adam, then node classification on one graph."""
import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(60, 5)
y = x[:, :2].prod(1, keepdim=True)
net = nn.Sequential(nn.Linear(5, 24), nn.Tanh(), nn.Linear(24, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for step in range(80):
    loss = nn.functional.mse_loss(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())


class GCN(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(6, 16), nn.Linear(16, 3)

    def forward(self, f, adj):
        return self.b(adj @ torch.relu(self.a(adj @ f)))


label = torch.randint(0, 3, (90,))
adj = ((label[:, None] == label) & (torch.rand(90, 90) < 0.15)) | (torch.rand(90, 90) < 0.02)
adj = (adj | adj.T | torch.eye(90, dtype=torch.bool)).float()
adj = adj / adj.sum(1, keepdim=True)
f = torch.randn(3, 6)[label] + torch.randn(90, 6)
mask = torch.rand(90) < 0.4
gcn = GCN()
opt = torch.optim.Adam(gcn.parameters(), lr=1e-2, weight_decay=5e-4)
for epoch in range(40):
    gcn.train()
    loss = nn.functional.cross_entropy(gcn(f, adj)[mask], label[mask])
    opt.zero_grad()
    loss.backward()
    opt.step()
    gcn.eval()
    with torch.no_grad():
        acc = (gcn(f, adj).argmax(1) == label)[~mask].float().mean().item()
print(loss.item(), acc)
