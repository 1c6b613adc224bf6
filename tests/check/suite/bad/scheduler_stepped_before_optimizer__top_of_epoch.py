from __future__ import print_function
import torch
import torch.nn as nn
from torch.optim import lr_scheduler

torch.manual_seed(5)
x = torch.randn(200, 6)
y = (x[:, 0] > 0).long()
model_ft = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 2))
optimizer_ft = torch.optim.SGD(model_ft.parameters(), lr=0.1, momentum=0.9)
exp_lr_scheduler = lr_scheduler.StepLR(optimizer_ft, step_size=2, gamma=0.5)
for epoch in range(4):
    exp_lr_scheduler.step()  # expect: scheduler-stepped-before-optimizer
    model_ft.train()
    for idx in torch.randperm(200).split(20):
        optimizer_ft.zero_grad()
        loss = nn.functional.cross_entropy(model_ft(x[idx]), y[idx])
        loss.backward()
        optimizer_ft.step()
    print('Epoch {} Loss: {:.4f} LR: {}'.format(epoch, loss.item(), exp_lr_scheduler.get_last_lr()))
