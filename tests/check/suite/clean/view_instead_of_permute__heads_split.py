import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
class A(nn.Module):
    def __init__(s):
        super().__init__(); s.qkv = nn.Linear(16, 48); s.o = nn.Linear(16, 2)
    def forward(s, x):
        B, T, D = x.shape
        q, k, v = s.qkv(x).view(B, T, 3, 4, 4).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(B, T, D)
        return s.o(y.mean(1))
net = A(); opt = torch.optim.Adam(net.parameters(), 1e-3)
x = torch.randn(64, 5, 16); y = (x[:, 0, 0] > 0).long()
for i in range(30):
    b = slice(0, 16) if i % 2 else slice(16, 20)
    loss = F.cross_entropy(net(x[b]), y[b]); opt.zero_grad(); loss.backward(); opt.step()
