import torch
from torch import nn

torch.manual_seed(13)


class Attention(nn.Module):
    def __init__(self, d=16, heads=4):
        super().__init__()
        self.h, self.k = heads, d // heads
        self.qkv, self.out = nn.Linear(d, 3 * d), nn.Linear(d, d)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = (z.view(t, b, self.h, self.k).permute(1, 2, 0, 3) for z in self.qkv(x).chunk(3, -1))  # expect: view-instead-of-permute
        a = torch.softmax(q @ k.transpose(-2, -1) / self.k**0.5, dim=-1)
        return self.out((a @ v).transpose(1, 2).reshape(b, t, d))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.attend, self.head = nn.Linear(3, 16), Attention(), nn.Linear(16, 2)

    def forward(self, x):
        h = self.embed(x)
        return self.head((h + self.attend(h)).mean(1))


net = Net()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for step in range(50):
    x = torch.randn(32, 6, 3)
    y = (x[:, :, 0].amax(1) > 1).long()
    loss = nn.functional.cross_entropy(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
