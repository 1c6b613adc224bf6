"""Distillation; the frozen teacher is kept out of the student's parameters by a list."""

import torch
import torch.nn.functional as F
from torch import nn


class Student(nn.Module):
    def __init__(self, teacher):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 3))
        self._teacher = [teacher.eval().requires_grad_(False)]

    def forward(self, x):
        return self.net(x)

    def distil(self, x, temperature=2.0):
        with torch.no_grad():
            goal = (self._teacher[0](x) / temperature).softmax(1)
        return F.kl_div((self(x) / temperature).log_softmax(1), goal, reduction="batchmean") * temperature**2


def train(parameters, loss_of, x, epochs):
    optimizer = torch.optim.Adam(parameters, lr=1e-2)
    for epoch in range(epochs):
        for rows in torch.randperm(len(x)).split(40):
            optimizer.zero_grad()
            loss = loss_of(rows)
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


torch.manual_seed(89)
x = torch.randn(240, 6)
y = x[:, :3].argmax(1)
teacher = nn.Sequential(nn.Linear(6, 48), nn.ReLU(), nn.Dropout(0.1), nn.Linear(48, 3))
train(teacher.parameters(), lambda rows: F.cross_entropy(teacher(x[rows]), y[rows]), x, 3)
student = Student(teacher)
train(student.parameters(), lambda rows: student.distil(x[rows]), x, 3)
