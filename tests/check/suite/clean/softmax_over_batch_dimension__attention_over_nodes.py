# a graph is a list of nodes, attention pooling goes over dim 0
import torch
from torch import nn


class AttentionPool(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.score = nn.Linear(d, 1)
        self.enc = nn.Linear(d, 16)
        self.out = nn.Linear(16, 1)

    def forward(self, nodes):
        h = torch.tanh(self.enc(nodes))
        alpha = torch.softmax(self.score(nodes), dim=0)
        return self.out((alpha * h).sum(0))


torch.manual_seed(10)
graphs = [torch.randn(int(torch.randint(3, 9, (1,))), 5) for _ in range(60)]
values = torch.stack([g[:, 0].max().reshape(1) for g in graphs])
net = AttentionPool(5)
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(3):
    perm = torch.randperm(60).tolist()
    total = 0.0
    for k in range(0, 60, 6):
        pred = torch.stack([net(graphs[i]) for i in perm[k:k + 6]])
        loss = nn.functional.mse_loss(pred, values[perm[k:k + 6]])
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() / 10
    print(epoch, total)
