import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(20)
data = TensorDataset(torch.randn(200, 6), torch.randn(200, 2))
model = nn.Linear(6, 2)
optimizer = torch.optim.Adagrad(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.MultiplicativeLR(optimizer, lambda epoch: 0.9)


def train(epoch):
    scheduler.step()  # expect: scheduler-stepped-before-optimizer
    for x, y in DataLoader(data, batch_size=20, shuffle=True):
        optimizer.zero_grad()
        loss = nn.functional.l1_loss(model(x), y)
        loss.backward()
        optimizer.step()
    print(epoch, loss.item(), scheduler.get_last_lr())


for epoch in range(1, 4):
    train(epoch)
