"""A tiny vision transformer; the encoder layer has its default layout."""
import torch
from torch import nn


class TinyViT(nn.Module):
    def __init__(self, dim=24, classes=3):
        super().__init__()
        self.patch = nn.Conv2d(1, dim, 4, stride=4)
        self.pos = nn.Parameter(torch.randn(1, 9, dim) * 0.02)
        layer = nn.TransformerEncoderLayer(dim, 2, 48, dropout=0.0)  # expect: batch-first-missing
        self.encoder = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
        self.head = nn.Linear(dim, classes)

    def forward(self, x):
        t = self.patch(x).flatten(2).transpose(1, 2) + self.pos
        return self.head(self.encoder(t).mean(1))  # expect: batch-first-missing


torch.manual_seed(9)
glyphs = torch.randn(3, 1, 12, 12)
net = TinyViT()
opt = torch.optim.AdamW(net.parameters(), lr=2e-3)
for it in range(30):
    y = torch.randint(0, 3, (16,))
    x = glyphs[y] + 0.6 * torch.randn(16, 1, 12, 12)
    loss = nn.functional.cross_entropy(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
