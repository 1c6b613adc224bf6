"""Distillation with a loss module."""
import torch
from torch import nn

torch.manual_seed(41)


class Distill(nn.Module):
    def __init__(self, temperature=2.0, alpha=0.5):
        super().__init__()
        self.t, self.alpha = temperature, alpha

    def forward(self, student, teacher, target):
        soft = nn.functional.kl_div((student / self.t).log_softmax(1), (teacher / self.t).softmax(1), reduction="batchmean")
        hard = nn.functional.cross_entropy(student, target)
        return torch.tensor([self.alpha * soft.item(), (1 - self.alpha) * hard.item()], requires_grad=True).sum()  # expect: loss-detached-from-model


teacher = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 4)).eval().requires_grad_(False)
student = nn.Linear(10, 4)
opt = torch.optim.SGD(student.parameters(), lr=0.05)
criterion = Distill()
for i in range(20):
    x = torch.randn(32, 10)
    big = teacher(x)
    loss = criterion(student(x), big, big.argmax(1))
    opt.zero_grad()
    loss.backward()  # expect: loss-detached-from-model
    opt.step()
print(loss.item())
