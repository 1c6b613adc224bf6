import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.checkpoint import checkpoint


def window_partition(x, w):
    b, h, wd, c = x.shape
    return x.view(b, h // w, w, wd // w, w, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, w * w, c)


def window_reverse(win, w, h, wd):
    b = win.shape[0] // (h * wd // w // w)
    return win.view(b, h // w, wd // w, w, w, -1).permute(0, 1, 3, 2, 4, 5).reshape(b, h, wd, -1)


class SwinBlock(nn.Module):
    def __init__(self, dim, heads, window, shift):
        super().__init__()
        self.heads, self.window, self.shift = heads, window, shift
        self.norm, self.qkv, self.proj = nn.LayerNorm(dim), nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)

    def forward(self, x):
        _, h, w, c = x.shape
        y = torch.roll(self.norm(x), (-self.shift, -self.shift), (1, 2)) if self.shift else self.norm(x)
        win = window_partition(y, self.window)
        q, k, v = self.qkv(win).reshape(*win.shape[:2], 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(win.shape)
        y = window_reverse(self.proj(y), self.window, h, w)
        y = torch.roll(y, (self.shift, self.shift), (1, 2)) if self.shift else y
        return x + y


class Swin(nn.Module):
    def __init__(self, dim=16, classes=3):
        super().__init__()
        self.embed = nn.Conv2d(1, dim, 2, stride=2)
        self.blocks = nn.ModuleList([SwinBlock(dim, 2, 2, 0), SwinBlock(dim, 2, 2, 1)])
        self.head = nn.Linear(dim, classes)

    def forward(self, x):
        x = self.embed(x).permute(0, 2, 3, 1)
        for block in self.blocks:
            x = checkpoint(block, x, use_reentrant=False) if self.training else block(x)
        return self.head(x.mean((1, 2)))


torch.manual_seed(28)
y = torch.randint(0, 3, (240,))
x = torch.randn(240, 1, 8, 8)
x[torch.arange(240), 0, 2 * y] += 1.5
model = Swin()
opt = torch.optim.AdamW(model.parameters(), lr=3e-3)
for epoch in range(3):
    model.train()
    for xb, yb in DataLoader(TensorDataset(x[:200], y[:200]), batch_size=20, shuffle=True):
        opt.zero_grad()
        loss = F.cross_entropy(model(xb), yb)
        loss.backward()
        opt.step()
    model.eval()
    with torch.inference_mode():
        print(epoch, loss.item(), (model(x[200:]).argmax(1) == y[200:]).float().mean().item())
