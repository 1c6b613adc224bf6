import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
class L(nn.Module):
    def __init__(s):
        super().__init__(); s.l = nn.LSTM(3, 8, bidirectional=True); s.o = nn.Linear(16, 2)
    def forward(s, x):
        h, _ = s.l(x.transpose(0, 1))
        T, N, H = h.shape
        return s.o(h.reshape(T * N, H)).view(T, N, 2).mean(0)
net = L(); opt = torch.optim.Adam(net.parameters(), 1e-3)
x = torch.randn(64, 8, 3); y = (x[:, 0, 0] > 0).long()
for i in range(0, 64, 8):
    for _ in range(3):
        loss = F.cross_entropy(net(x[i:i + 8]), y[i:i + 8]); opt.zero_grad(); loss.backward(); opt.step()
