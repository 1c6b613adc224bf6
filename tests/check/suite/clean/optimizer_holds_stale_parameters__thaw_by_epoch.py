import torch
from torch import nn

torch.manual_seed(27)


class Stack(nn.Module):
    def __init__(self):
        super().__init__()
        self.low = nn.Linear(8, 16)
        self.mid = nn.Linear(16, 16)
        self.top = nn.Linear(16, 3)

    def forward(self, x):
        return self.top(torch.relu(self.mid(torch.relu(self.low(x)))))


model = Stack()
model.top = nn.Linear(16, 4)
for layer in (model.low, model.mid):
    layer.requires_grad_(False)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
w = torch.randn(8, 4)

for epoch in range(6):
    if epoch == 2:
        model.mid.requires_grad_(True)
    if epoch == 4:
        model.low.requires_grad_(True)
    for _ in range(10):
        x = torch.randn(32, 8)
        loss = nn.functional.cross_entropy(model(x), (x @ w).argmax(1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, sum(p.requires_grad for p in model.parameters()), loss.item())
