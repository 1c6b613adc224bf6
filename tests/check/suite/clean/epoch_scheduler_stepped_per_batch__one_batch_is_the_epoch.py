import torch
import torch.nn as nn
from torch.optim.lr_scheduler import StepLR

torch.manual_seed(58)
X = torch.randn(150, 4)
Y = X[:, :3].argmax(1)
net = nn.Sequential(nn.Linear(4, 24), nn.ReLU(), nn.Linear(24, 3))
optimizer = torch.optim.Adam(net.parameters(), lr=0.03)
scheduler = StepLR(optimizer, step_size=15, gamma=0.5)
for epoch in range(45):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(net(X), Y)
    loss.backward()
    optimizer.step()
    scheduler.step()
    if epoch % 15 == 14:
        print(epoch + 1, loss.item(), scheduler.get_last_lr())
