import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(11)
x = torch.randn(320, 7)
y = (x[:, :2].sum(1) > 0).long()
loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
model = nn.Linear(7, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
output = None
for epoch in range(4):
    for inputs, labels in loader:
        if output is None:
            output = model(inputs)
        loss = nn.functional.cross_entropy(output, labels)  # expect: *
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        output = model(inputs)  # expect: *
    print(epoch, loss.item())
