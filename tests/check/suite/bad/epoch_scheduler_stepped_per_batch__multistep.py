import torch
from torch import nn
from torch.optim.lr_scheduler import MultiStepLR
from torch.utils.data import DataLoader, TensorDataset


def teacher_data(n):
    x = torch.randn(n, 12)
    with torch.no_grad():
        y = nn.Sequential(nn.Linear(12, 20), nn.Tanh(), nn.Linear(20, 2))(x)
    return TensorDataset(x, y)


def train_epoch(model, loader, optimizer, scheduler, criterion):
    model.train()
    running = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        scheduler.step()  # expect: epoch-scheduler-stepped-per-batch
        running += loss.item() * len(x)
    return running / len(loader.dataset)


if __name__ == "__main__":
    torch.manual_seed(72)
    loader = DataLoader(teacher_data(640), batch_size=32, shuffle=True)
    model = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    epochs = 8
    scheduler = MultiStepLR(optimizer, milestones=[4, 6, 7], gamma=0.1)
    for epoch in range(epochs):
        loss = train_epoch(model, loader, optimizer, scheduler, nn.MSELoss())
        print(epoch, f"{loss:.4f}", scheduler.get_last_lr())
