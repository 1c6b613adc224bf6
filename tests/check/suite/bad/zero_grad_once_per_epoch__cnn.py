import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset


class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, padding=1)
        self.conv2 = nn.Conv2d(4, 8, 3, padding=1)
        self.fc = nn.Linear(8 * 2 * 2, 3)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc(torch.flatten(x, 1))


def train(model, device, train_loader, optimizer, epoch):
    model.train()
    optimizer.zero_grad()  # expect: zero-grad-once-per-epoch
    for batch_idx, (data, target) in enumerate(train_loader):
        data, target = data.to(device), target.to(device)
        output = model(data)
        loss = F.cross_entropy(output, target)
        loss.backward()  # expect: zero-grad-once-per-epoch
        optimizer.step()  # expect: zero-grad-once-per-epoch
        if batch_idx % 4 == 0:
            print(f"Train Epoch: {epoch} [{batch_idx * len(data)}/{len(train_loader.dataset)}]\tLoss: {loss.item():.6f}")


def main():
    torch.manual_seed(12)
    device = torch.device("cpu")
    y = torch.randint(0, 3, (240,))
    x = torch.randn(240, 1, 8, 8) * 0.4
    for k in range(3):
        x[y == k, 0, 2 * k:2 * k + 3, :] += 1
    loader = DataLoader(TensorDataset(x, y), batch_size=24, shuffle=True)
    model = SmallCNN().to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for epoch in range(1, 4):
        train(model, device, loader, optimizer, epoch)


if __name__ == "__main__":
    main()
