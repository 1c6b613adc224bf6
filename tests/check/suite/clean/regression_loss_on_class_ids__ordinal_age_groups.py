from torch import nn
import torch
import torch.nn.functional as F

torch.manual_seed(12)
severity = torch.randint(0, 5, (320,)).float()
scan = torch.randn(320, 10)
scan[:, :3] += severity[:, None] * 0.6 - 1.2
net = nn.Sequential(nn.Linear(10, 24), nn.ReLU(), nn.Linear(24, 1))
opt = torch.optim.AdamW(net.parameters(), lr=0.01)
for epoch in range(4):
    off = 0.0
    for b in torch.randperm(320).split(32):
        grade = net(scan[b]).squeeze(1)
        loss = F.mse_loss(grade, severity[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        off += (grade.detach().clamp(0, 4) - severity[b]).abs().sum().item()
    print(f"epoch {epoch}: mean grade error {off / 320:.3f}")
