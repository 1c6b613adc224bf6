import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class SensorNet(nn.Module):
    """(batch, time, channels) from the device; convolutions want channels first."""

    def __init__(self, channels=6, classes=3):
        super().__init__()
        self.gru = nn.GRU(channels, 16)
        self.fc = nn.Linear(16, classes)

    def forward(self, x):
        batch, time, channels = x.shape
        x = x.reshape(time, batch, channels)  # expect: view-instead-of-permute
        out, hidden = self.gru(x)  # expect: view-instead-of-permute
        return self.fc(out.mean(0))  # expect: view-instead-of-permute


def synth(n):
    y = torch.randint(0, 3, (n,))
    t = torch.linspace(0, 6.28, 20)
    freq = torch.tensor([1.0, 2.0, 3.0])[y]
    base = torch.sin(freq[:, None] * t[None] + torch.rand(n, 1))
    return base[..., None] * torch.randn(1, 1, 6) + 0.2 * torch.randn(n, 20, 6), y


def main():
    torch.manual_seed(10)
    net = SensorNet()
    opt = torch.optim.Adam(net.parameters(), lr=3e-3)
    train = DataLoader(TensorDataset(*synth(320)), batch_size=32, shuffle=True)
    for epoch in range(3):
        for x, y in train:
            loss = nn.functional.cross_entropy(net(x), y)  # expect: view-instead-of-permute
            opt.zero_grad()
            loss.backward()
            opt.step()
        print(epoch, loss.item())


main()
