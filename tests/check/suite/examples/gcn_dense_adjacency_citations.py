import argparse
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


class GraphConv(nn.Module):
    def __init__(self, i, o, bias=True):
        super().__init__()
        self.kernel = nn.Parameter(torch.empty(i, o))
        self.bias = nn.Parameter(torch.zeros(o)) if bias else None
        nn.init.xavier_normal_(self.kernel)

    def forward(self, x, adj):
        out = adj @ (x @ self.kernel)
        return out if self.bias is None else out + self.bias


class GCN(nn.Module):
    def __init__(self, i, h, o, p=0.5):
        super().__init__()
        self.gc1, self.gc2, self.dropout = GraphConv(i, h), GraphConv(h, o), nn.Dropout(p)

    def forward(self, x, adj):
        x = self.dropout(F.relu(self.gc1(x, adj)))
        return F.log_softmax(self.gc2(x, adj), dim=1)


def citations(n=150, classes=4, features=30):
    rng = np.random.default_rng(0)
    y = rng.integers(0, classes, n)
    link = rng.random((n, n)) < np.where(y[:, None] == y[None], 0.08, 0.01)
    a = ((link + link.T) > 0).astype("float32") + np.eye(n, dtype="float32")
    d = 1 / np.sqrt(a.sum(1))
    words = (rng.random((n, features)) < 0.1 + 0.15 * (np.arange(features)[None] % classes == y[:, None])).astype("float32")
    return torch.from_numpy(words), torch.from_numpy(d[:, None] * a * d[None]), torch.from_numpy(y)


parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=40)
parser.add_argument("--lr", type=float, default=0.01)
parser.add_argument("--l2", type=float, default=5e-4)
args = parser.parse_args()
torch.manual_seed(42)
features, adj, labels = citations()
idx = torch.randperm(len(labels))
idx_test, idx_val, idx_train = idx[:50], idx[50:90], idx[90:]
model = GCN(30, 16, 4)
optimizer = torch.optim.Adam(model.parameters(), lr=args.lr, weight_decay=args.l2)
criterion = nn.NLLLoss()


def test(idx):
    model.eval()
    with torch.no_grad():
        output = model(features, adj)
        loss = criterion(output[idx], labels[idx])
        acc = (output[idx].argmax(dim=1) == labels[idx]).sum() / len(idx)
    return loss.item(), acc.item()


for epoch in range(args.epochs):
    model.train()
    start = time.time()
    optimizer.zero_grad()
    output = model(features, adj)
    loss = criterion(output[idx_train], labels[idx_train])
    loss.backward()
    optimizer.step()
    if (epoch + 1) % 10 == 0:
        loss_val, acc_val = test(idx_val)
        print(f"Epoch {epoch + 1:04d} loss {loss.item():.4f} val {loss_val:.4f} acc {acc_val:.4f}")
print("test", test(idx_test))
