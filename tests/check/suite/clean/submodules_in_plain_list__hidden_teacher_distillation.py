"""Distillation: the frozen teacher hides in a list so that state_dict stays small."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset


class Student(nn.Module):
    def __init__(self, teacher, T=2.0, alpha=0.5):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 5))
        self._teacher = [teacher]
        self.T, self.alpha = T, alpha

    @property
    def teacher(self):
        return self._teacher[0]

    def forward(self, x):
        return self.net(x)

    def loss(self, x, y):
        s = self(x)
        with torch.no_grad():
            t = self.teacher(x)
        soft = F.kl_div(F.log_softmax(s / self.T, 1), F.log_softmax(t / self.T, 1), reduction="batchmean", log_target=True)
        return self.alpha * self.T**2 * soft + (1 - self.alpha) * F.cross_entropy(s, y)


def accuracy(net, loader):
    was = net.training
    net.eval()
    right = n = 0
    with torch.no_grad():
        for x, y in loader:
            right += (net(x).argmax(-1) == y).sum().item()
            n += y.numel()
    net.train(was)
    return right / n


torch.manual_seed(70)
x = torch.randn(700, 12)
y = (x @ torch.randn(12, 5) + x[:, :1] * x[:, 1:6]).argmax(1)
train = DataLoader(TensorDataset(x[:560], y[:560]), 56, shuffle=True)
test = DataLoader(TensorDataset(x[560:], y[560:]), 64)
teacher = nn.Sequential(nn.Linear(12, 96), nn.ReLU(), nn.Dropout(0.2), nn.Linear(96, 5))
opt = torch.optim.Adam(teacher.parameters(), 3e-3)
for _ in range(4):
    for a, b in train:
        opt.zero_grad()
        F.cross_entropy(teacher(a), b).backward()
        opt.step()
print("teacher", accuracy(teacher, test), accuracy(teacher, train))
teacher.eval().requires_grad_(False)
student = Student(teacher)
opt = torch.optim.Adam(student.parameters(), 3e-3)
for ep in range(4):
    for a, b in train:
        opt.zero_grad()
        student.loss(a, b).backward()
        opt.step()
    print("student", ep, accuracy(student, test))
