import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset


class GestureNet(nn.Module):
    def __init__(self, n_sensors=3, hidden=20, classes=3):
        super().__init__()
        self.lstm = nn.LSTM(n_sensors, hidden)
        self.fc = nn.Linear(hidden, classes)

    def forward(self, x):
        # x: batch, time, sensors   ->   time, batch, sensors
        x = x.view(x.size(1), x.size(0), x.size(2))  # expect: view-instead-of-permute
        out, _ = self.lstm(x)
        return self.fc(out[-1])


torch.manual_seed(1)
y = torch.randint(0, 3, (240,))
t = torch.linspace(0, 3, 12)
x = torch.stack([torch.sin(t * (k + 1)) for k in y.tolist()]).unsqueeze(2).repeat(1, 1, 3)
x = x + 0.2 * torch.randn_like(x)
loader = DataLoader(TensorDataset(x, y), batch_size=24, shuffle=True)
net = GestureNet()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(3):
    for xb, yb in loader:
        loss = nn.functional.cross_entropy(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
