"""Mean teacher; the teacher is made by assignment."""
import torch
from torch import nn

torch.manual_seed(71)


def ema(teacher, student, decay):
    with torch.no_grad():
        for t, s in zip(teacher.parameters(), student.parameters()):
            t.mul_(decay).add_(s, alpha=1 - decay)  # expect: *


student = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 3))
teacher = student  # expect: *
opt = torch.optim.Adam(student.parameters(), lr=5e-3)
for step in range(25):
    x = torch.randn(32, 6)
    y = x[:, :3].argmax(1)
    out = student(x)
    with torch.no_grad():
        goal = teacher(x + 0.05 * torch.randn_like(x)).softmax(1)  # expect: *
    loss = nn.functional.cross_entropy(out, y) + 0.5 * (out.softmax(1) - goal).pow(2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    ema(teacher, student, 0.99)  # expect: *
print(loss.item())
