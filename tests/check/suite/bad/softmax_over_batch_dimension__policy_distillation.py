import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(41)

teacher = nn.Sequential(nn.Linear(10, 40), nn.ReLU(), nn.Linear(40, 6))
student = nn.Sequential(nn.Linear(10, 12), nn.ReLU(), nn.Linear(12, 6))
for p in teacher.parameters():
    p.requires_grad_(False)
with torch.no_grad():
    teacher[2].weight.mul_(4)

T = 2.0


def distillation(student_logits, teacher_logits):
    log_p = F.log_softmax(student_logits / T, dim=0)  # expect: softmax-over-batch-dimension
    q = F.softmax(teacher_logits / T, dim=0)  # expect: softmax-over-batch-dimension
    return F.kl_div(log_p, q, reduction="batchmean") * T * T


opt = torch.optim.Adam(student.parameters(), lr=3e-3)
for step in range(80):
    x = torch.randn(64, 10)
    with torch.no_grad():
        target = teacher(x)
    loss = distillation(student(x), target)
    opt.zero_grad()
    loss.backward()
    opt.step()

x = torch.randn(500, 10)
agree = (student(x).argmax(1) == teacher(x).argmax(1)).float().mean()
print(f"agreement {agree:.2f}")
