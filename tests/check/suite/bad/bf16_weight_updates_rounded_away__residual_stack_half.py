"""Pure bfloat16 training of a small model with a small rate."""

import torch
from torch import nn

torch.manual_seed(9)


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width)

    def forward(self, x):
        return x + self.down(torch.relu(self.up(self.norm(x))))


class Net(nn.Module):
    def __init__(self, inputs, width, classes):
        super().__init__()
        self.stem = nn.Linear(inputs, width)
        self.blocks = nn.Sequential(*(Block(width) for _ in range(2)))
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))


x = torch.randn(256, 12)
y = (x @ torch.randn(12, 4)).argmax(1)

model = Net(12, 32, 4).to(torch.bfloat16)  # expect: bf16-weight-updates-rounded-away
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)

for epoch in range(6):
    for rows in torch.randperm(256).split(32):
        optimizer.zero_grad()
        logits = model(x[rows].to(torch.bfloat16))
        loss = nn.functional.cross_entropy(logits.float(), y[rows])
        loss.backward()
        optimizer.step()  # expect: bf16-weight-updates-rounded-away
    print(epoch, loss.item())
