import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, keep: float = 1.0) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(9, 24), nn.ReLU())
        self.drop = nn.Dropout(keep)  # expect: *
        self.head = nn.Linear(24, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.drop(self.body(x)))  # expect: *


torch.manual_seed(12)
x = torch.randn(300, 9)
y = x[:, :3].argmax(1)
model = Model()
optim = torch.optim.AdamW(model.parameters(), lr=5e-3)
for epoch in range(4):
    model.train()
    for b in torch.randperm(300).split(30):
        loss = nn.functional.cross_entropy(model(x[b]), y[b])
        optim.zero_grad()
        loss.backward()
        optim.step()
    print(epoch, loss.item())
