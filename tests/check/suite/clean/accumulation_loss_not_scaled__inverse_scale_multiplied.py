import torch
from torch import nn

torch.manual_seed(2024)
n_acc = 3
inv = 1.0 / n_acc
net = nn.Sequential(nn.Linear(7, 14), nn.Tanh(), nn.Linear(14, 1))
opt = torch.optim.AdamW(net.parameters(), lr=1e-2)
inputs = torch.randn(270, 7)
outputs = inputs[:, :2].prod(1, keepdim=True) + inputs[:, 3:4]
for epoch in range(3):
    batches = torch.randperm(270).split(30)
    for k, b in enumerate(batches):
        loss = inv * nn.functional.l1_loss(net(inputs[b]), outputs[b])
        loss.backward()
        if k % n_acc == n_acc - 1:
            opt.step()
            opt.zero_grad()
    print("epoch", epoch, loss.item() * n_acc)
