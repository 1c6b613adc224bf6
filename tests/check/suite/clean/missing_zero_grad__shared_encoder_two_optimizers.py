# one encoder, two heads, each head with its own optimizer over (encoder + head)
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(17)
enc = nn.Sequential(nn.Linear(12, 24), nn.ReLU())
head_a = nn.Linear(24, 3)
head_b = nn.Linear(24, 1)
opt_a = torch.optim.SGD(list(enc.parameters()) + list(head_a.parameters()), lr=0.1)
opt_b = torch.optim.SGD(list(enc.parameters()) + list(head_b.parameters()), lr=0.05)

proto = torch.randn(3, 12)
cls = torch.randint(0, 3, (384,))
data = proto[cls] + 0.5 * torch.randn(384, 12)
amount = data @ torch.randn(12, 1) / 4

for epoch in range(4):
    order = torch.randperm(384).view(-1, 48)
    la = lb = 0.0
    for idx in order:
        opt_a.zero_grad()
        loss_a = F.cross_entropy(head_a(enc(data[idx])), cls[idx])
        loss_a.backward()
        opt_a.step()

        opt_b.zero_grad()
        loss_b = F.mse_loss(head_b(enc(data[idx])), amount[idx])
        loss_b.backward()
        opt_b.step()
        la += loss_a.item() / len(order)
        lb += loss_b.item() / len(order)
    print(f"{epoch}: class {la:.3f} amount {lb:.3f}")
