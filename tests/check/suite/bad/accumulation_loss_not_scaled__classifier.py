import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(10)
GRAD_ACCUM = 8
centers = 2 * torch.randn(5, 8)
target = torch.randint(5, (512,))
inputs = centers[target] + torch.randn(512, 8)
dl = DataLoader(TensorDataset(inputs, target), batch_size=8, shuffle=True)

model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 5))
optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
ce = nn.CrossEntropyLoss()
for epoch in range(2):
    optimizer.zero_grad()
    for step, (xb, yb) in enumerate(dl, start=1):
        loss = ce(model(xb), yb)  # expect: accumulation-loss-not-scaled
        loss.backward()  # expect: accumulation-loss-not-scaled
        if step % GRAD_ACCUM == 0:
            optimizer.step()
            optimizer.zero_grad()
    print(epoch, loss.item())
