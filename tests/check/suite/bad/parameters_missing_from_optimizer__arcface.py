import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class ArcMarginProduct(nn.Module):
    def __init__(self, in_features, out_features, s=16.0, m=0.2):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out_features, in_features))
        nn.init.xavier_uniform_(self.weight)
        self.s, self.cos_m, self.sin_m = s, math.cos(m), math.sin(m)

    def forward(self, emb, label):
        cosine = F.linear(F.normalize(emb), F.normalize(self.weight))
        sine = (1.0 - cosine.pow(2)).clamp(1e-6, 1).sqrt()
        phi = cosine * self.cos_m - sine * self.sin_m
        one_hot = F.one_hot(label, cosine.size(1)).to(cosine.dtype)
        return self.s * (one_hot * phi + (1 - one_hot) * cosine)


class Embedder(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 8))

    def forward(self, x):
        return self.net(x)


torch.manual_seed(31)
ids = torch.randint(0, 6, (360,))
x = torch.randn(6, 10)[ids] + 0.4 * torch.randn(360, 10)
loader = DataLoader(TensorDataset(x, ids), batch_size=36, shuffle=True)
embedder = Embedder()
margin = ArcMarginProduct(8, 6)  # expect: parameters-missing-from-optimizer
optimizer = torch.optim.Adam(embedder.parameters(), lr=2e-3)  # expect: parameters-missing-from-optimizer
for epoch in range(3):
    embedder.train()
    margin.train()
    for xb, yb in loader:
        loss = F.cross_entropy(margin(embedder(xb), yb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()  # expect: parameters-missing-from-optimizer
    print(epoch, loss.item())
