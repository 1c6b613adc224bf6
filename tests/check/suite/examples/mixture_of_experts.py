# sparse gating: only the chosen experts see a row, so an expert may go without gradient for a step
import torch
import torch.nn.functional as F
from torch import nn


class Expert(nn.Module):
    def __init__(self, d, hidden, out):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(d, hidden), nn.Linear(hidden, out)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x)))


class SparseMoE(nn.Module):
    def __init__(self, d, out, experts=6, k=2):
        super().__init__()
        self.experts = nn.ModuleList([Expert(d, 12, out) for _ in range(experts)])
        self.gate = nn.Linear(d, experts)
        self.k = k

    def forward(self, x):
        scores = self.gate(x)
        top, index = scores.topk(self.k, dim=1)
        weight = top.softmax(dim=1)
        y = x.new_zeros(len(x), self.experts[0].fc2.out_features)
        for e, expert in enumerate(self.experts):
            rows, slot = (index == e).nonzero(as_tuple=True)
            if len(rows):
                y = y.index_add(0, rows, weight[rows, slot].unsqueeze(1) * expert(x[rows]))
        importance = scores.softmax(1).sum(0)
        balance = (importance.std() / importance.mean()) ** 2
        return y, balance


torch.manual_seed(3)
x = torch.randn(384, 8)
y = torch.stack([x[:, :2].prod(1), x[:, 2:4].prod(1), x[:, 4:6].prod(1)], 1).argmax(1)
net = SparseMoE(8, 3)
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(4):
    net.train()
    total = 0.0
    for b in torch.randperm(320).split(16):
        logits, balance = net(x[b])
        loss = F.cross_entropy(logits, y[b]) + 1e-2 * balance
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() / 20
    net.eval()
    with torch.no_grad():
        acc = (net(x[320:])[0].argmax(1) == y[320:]).float().mean().item()
    print(f"epoch {epoch} loss {total:.3f} acc {acc:.3f}")
