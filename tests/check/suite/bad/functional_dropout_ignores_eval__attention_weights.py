import math, torch
import torch.nn as nn, torch.nn.functional as F

class Attn(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.wq, self.wk, self.wv = (nn.Linear(d, d, bias=False) for _ in range(3))
    def forward(self, x):
        q, k, v = self.wq(x), self.wk(x), self.wv(x)
        return F.scaled_dot_product_attention(q, k, v) + x

class Encoder(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.proj = nn.Linear(3, d)
        self.attn = Attn(d)
        self.head = nn.Linear(d, 1)
    def forward(self, x):
        h = self.attn(self.proj(x)).mean(1)
        h = torch.dropout(h, 0.25, True)  # expect: functional-dropout-ignores-eval
        return self.head(h).squeeze(1)

torch.manual_seed(62)
x = torch.randn(280, 5, 3)
y = x[:, :, 0].mean(1) + x[:, :, 1].amax(1) - 1
model = Encoder(16)
opt = torch.optim.AdamW(model.parameters(), lr=5e-3)
for ep in range(4):
    model.train()
    for b in torch.randperm(224).split(28):
        opt.zero_grad()
        loss = F.mse_loss(model(x[b]), y[b])
        loss.backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        print(ep, math.sqrt(F.mse_loss(model(x[224:]), y[224:]).item()))
