"""Mean teacher; the teacher was meant to be a copy."""
import torch
from torch import nn


class MeanTeacher:
    def __init__(self, student, alpha=0.95):
        self.student, self.alpha = student, alpha
        self.teacher = student  # expect: *

    @torch.no_grad()
    def update(self):
        for t, s in zip(self.teacher.parameters(), self.student.parameters()):
            t.mul_(self.alpha).add_(s, alpha=1 - self.alpha)  # expect: *

    def target(self, x):
        with torch.no_grad():
            return self.teacher(x).softmax(-1)


torch.manual_seed(44)
x = torch.randn(400, 8)
y = x[:, :3].argmax(1)
student = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 3))
mt = MeanTeacher(student)  # expect: *
opt = torch.optim.Adam(student.parameters(), lr=2e-3)
for epoch in range(5):
    for ix in torch.randperm(400).split(40):
        a, b = x[ix] + 0.1 * torch.randn(len(ix), 8), x[ix] + 0.1 * torch.randn(len(ix), 8)
        logits = student(a)
        cons = (logits.softmax(-1) - mt.target(b)).pow(2).mean()
        loss = nn.functional.cross_entropy(logits, y[ix]) + cons
        opt.zero_grad()
        loss.backward()
        opt.step()
        mt.update()  # expect: *
    print(epoch, loss.item())
