import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, d=24, heads=3, p=0.2):
        super().__init__()
        self.p = p
        self.attn = nn.MultiheadAttention(d, heads, batch_first=True)
        self.n1, self.n2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.f1, self.f2 = nn.Linear(d, 2 * d), nn.Linear(2 * d, d)

    def forward(self, x):
        a, _ = self.attn(x, x, x, need_weights=False)
        x = self.n1(x + a)
        h = F.dropout(F.gelu(self.f1(x)), self.p)  # expect: functional-dropout-ignores-eval
        return self.n2(x + self.f2(h))


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(5, 24)
        self.blocks = nn.ModuleList([Block(), Block()])
        self.out = nn.Linear(24, 2)

    def forward(self, x):
        x = self.embed(x)
        for block in self.blocks:
            x = block(x)
        return self.out(x.mean(1))


torch.manual_seed(29)
x = torch.randn(300, 8, 5)
y = (x[:, :, 0].max(1).values > 1.4).long()
model = Classifier()
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
for epoch in range(3):
    model.train()
    for i in torch.randperm(240).split(40):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x[i]), y[i])
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        accuracy = (model(x[240:]).argmax(1) == y[240:]).float().mean()
    print(epoch, accuracy.item())
