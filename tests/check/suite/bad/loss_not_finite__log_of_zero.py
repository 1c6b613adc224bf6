# focal-like loss written by hand; confident answers are thresholded to 0 before the logarithm
import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(256, 6)
y = (x[:, 0] > 0).long()
model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 2))
opt = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(3):
    for i in range(0, 256, 32):
        logits = model(x[i:i + 32])
        p = torch.sigmoid(logits[:, 1] - logits[:, 0])
        kept = torch.where(p > 0.45, p, torch.zeros_like(p))
        entropy = torch.log(kept)  # expect: loss-not-finite
        loss = -(entropy * y[i:i + 32] + torch.log1p(-p) * (1 - y[i:i + 32])).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
