import torch
import torch.nn as nn


class AutoSized(nn.Module):
    """makes its output layer when it sees the first batch"""

    def __init__(self, hidden):
        super().__init__()
        self.hidden = nn.Conv1d(1, hidden, 5)
        self.out = None

    def forward(self, x):
        h = torch.relu(self.hidden(x)).flatten(1)
        if self.out is None:
            self.out = nn.Linear(h.shape[1], 1)
        return self.out(h)


torch.manual_seed(5)
t = torch.rand(200, 1, 1) * 3
x = torch.sin(torch.arange(16.0) * 0.4 + t)
y = t.flatten(1) - 1.5
net = AutoSized(4)
with torch.no_grad():
    net(x[:2])
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(3):
    for idx in torch.randperm(200).split(20):
        loss = nn.functional.mse_loss(net(x[idx]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print('epoch', epoch, loss.item())
