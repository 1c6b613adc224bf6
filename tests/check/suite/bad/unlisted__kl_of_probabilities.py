"""Distillation where kl_div is given probabilities on both sides."""
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(52)
teacher = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 5)).requires_grad_(False).eval()
student = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 5))
opt = torch.optim.Adam(student.parameters(), lr=2e-3)
kl = nn.KLDivLoss(reduction="batchmean")
for it in range(60):
    x = torch.randn(32, 10)
    p = F.softmax(student(x), dim=-1)
    with torch.no_grad():
        q = F.softmax(teacher(x), dim=-1)
    loss = kl(p, q)  # expect: *
    opt.zero_grad()
    loss.backward()  # expect: *
    opt.step()
print(loss.item())
