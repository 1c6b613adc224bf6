import copy
import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset


class TwoViews(Dataset):
    def __init__(self, n):
        self.base = torch.randn(6, 14)[torch.randint(0, 6, (n,))] + 0.3 * torch.randn(n, 14)

    def __len__(self):
        return len(self.base)

    def __getitem__(self, i):
        x = self.base[i]
        return x + 0.2 * torch.randn(14), x * (torch.rand(14) > 0.2)


class MoCo(nn.Module):
    def __init__(self, encoder, dim=8, queue=64, m=0.95, t=0.2):
        super().__init__()
        self.m, self.t = m, t
        self.encoder_q = encoder
        self.encoder_k = copy.deepcopy(encoder)
        for p in self.encoder_k.parameters():
            p.requires_grad = False
        self.register_buffer("queue", F.normalize(torch.randn(dim, queue), dim=0))
        self.register_buffer("ptr", torch.zeros(1, dtype=torch.long))

    @torch.no_grad()
    def _momentum_update(self):
        for q, k in zip(self.encoder_q.parameters(), self.encoder_k.parameters()):
            k.data = k.data * self.m + q.data * (1 - self.m)

    @torch.no_grad()
    def _enqueue(self, keys):
        start = int(self.ptr)
        self.queue[:, start : start + len(keys)] = keys.T
        self.ptr[0] = (start + len(keys)) % self.queue.size(1)

    def forward(self, a, b):
        q = F.normalize(self.encoder_q(a), dim=1)
        with torch.no_grad():
            self._momentum_update()
            k = F.normalize(self.encoder_k(b), dim=1)
        pos = torch.einsum("nc,nc->n", q, k).unsqueeze(-1)
        neg = torch.einsum("nc,ck->nk", q, self.queue.clone().detach())
        logits = torch.cat([pos, neg], 1) / self.t
        self._enqueue(k)
        return logits, torch.zeros(len(a), dtype=torch.long)


def adjust_learning_rate(optimizer, epoch, epochs, lr):
    for group in optimizer.param_groups:
        group["lr"] = lr * 0.5 * (1 + math.cos(math.pi * epoch / epochs))


torch.manual_seed(34)
model = MoCo(nn.Sequential(nn.Linear(14, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 8)))
optimizer = torch.optim.SGD(model.encoder_q.parameters(), 0.06, momentum=0.9, weight_decay=1e-4)
loader = DataLoader(TwoViews(320), batch_size=32, shuffle=True, drop_last=True)
for epoch in range(4):
    adjust_learning_rate(optimizer, epoch, 4, 0.06)
    model.train()
    for a, b in loader:
        output, target = model(a, b)
        loss = F.cross_entropy(output, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
