"""Distillation: a frozen teacher, called with gradients on; two loaders side by side."""

import torch
from shared_parts import ROWS, X, Y, end, net, said
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

teacher, student = net(), net()
teacher.requires_grad_(False).eval()
optimizer = torch.optim.NAdam(student.parameters(), lr=0.01)
labelled = DataLoader(TensorDataset(X[:12], Y[:12], ROWS[:12]), batch_size=3, shuffle=True)
plain = DataLoader(TensorDataset(X, ROWS), batch_size=6)
for (x, y, rows), (more, others) in zip(labelled, plain, strict=True):
    answer = student(more)
    target = teacher(more).softmax(1)
    loss = F.cross_entropy(student(x), y) + F.kl_div(answer.log_softmax(1), target)
    optimizer.zero_grad()
    loss.backward()
    said(loss, rows)
    print("rows", *others.tolist())
    optimizer.step()
end(teacher, student)
