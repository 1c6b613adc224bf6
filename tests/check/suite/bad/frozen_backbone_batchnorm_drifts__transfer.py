import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(4)


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(16)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(x))).mean(dim=(2, 3))


backbone = Backbone()
for param in backbone.parameters():
    param.requires_grad = False  # expect: frozen-backbone-batchnorm-drifts
model = nn.Sequential(backbone, nn.Linear(16, 2))
y = torch.randint(0, 2, (192,))
x = torch.randn(192, 3, 6, 6) + 0.8 * y.view(-1, 1, 1, 1)
loader = DataLoader(TensorDataset(x, y), batch_size=24, shuffle=True)
optimizer = torch.optim.Adam(model[1].parameters(), lr=1e-2)
criterion = nn.CrossEntropyLoss()
for epoch in range(3):
    model.train()  # expect: frozen-backbone-batchnorm-drifts
    for inputs, labels in loader:
        optimizer.zero_grad()
        loss = criterion(model(inputs), labels)  # expect: frozen-backbone-batchnorm-drifts
        loss.backward()
        optimizer.step()
    print('Epoch', epoch, loss.item())
