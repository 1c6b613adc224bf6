"""Distilling a wide net into a narrow one."""
import torch
import torch.nn.functional as F
from torch import nn


def net(width, seed):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(16, width), nn.ReLU(), nn.Linear(width, 6))


class Distiller:
    def __init__(self, teacher, student, temperature=3.0, alpha=0.7):
        self.teacher, self.student = teacher.eval().requires_grad_(False), student
        self.t, self.alpha = temperature, alpha

    def loss(self, x, y):
        with torch.no_grad():
            soft = F.softmax(self.teacher(x) / self.t, dim=0)
        out = self.student(x)
        kd = F.kl_div(F.log_softmax(out / self.t, dim=0), soft, reduction="batchmean") * self.t**2  # expect: softmax-over-batch-dimension
        return self.alpha * kd + (1 - self.alpha) * F.cross_entropy(out, y)


def fit(model, x, y, epochs, loss_fn):
    opt = torch.optim.Adam(model.parameters(), lr=2e-3)
    for _ in range(epochs):
        for ix in torch.randperm(len(x)).split(40):
            loss = loss_fn(x[ix], y[ix])
            opt.zero_grad()
            loss.backward()  # expect: softmax-over-batch-dimension
            opt.step()
    return loss.item()


torch.manual_seed(12)
x = torch.randn(400, 16)
y = (x @ torch.randn(16, 6)).argmax(1)
teacher, student = net(96, 1), net(12, 2)
print("teacher", fit(teacher, x, y, 4, lambda a, b: F.cross_entropy(teacher(a), b)))
d = Distiller(teacher, student)
print("student", fit(student, x, y, 4, d.loss))
