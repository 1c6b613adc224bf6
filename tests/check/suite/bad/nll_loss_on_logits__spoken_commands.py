import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class M3(nn.Module):
    """One dimensional convolutions over raw audio."""

    def __init__(self, n_output=4):
        super().__init__()
        self.conv1 = nn.Conv1d(1, 8, kernel_size=16, stride=4)
        self.bn1 = nn.BatchNorm1d(8)
        self.conv2 = nn.Conv1d(8, 16, kernel_size=3)
        self.bn2 = nn.BatchNorm1d(16)
        self.fc = nn.Linear(16, n_output)

    def forward(self, x):
        x = nn.functional.relu(self.bn1(self.conv1(x)))
        x = nn.functional.relu(self.bn2(self.conv2(x)))
        x = x.mean(dim=-1)
        return self.fc(x)


def tones(n, length=200):
    y = torch.randint(0, 4, (n,))
    pitch = (y + 1)[:, None] * 0.15
    t = torch.arange(length)[None]
    wave = torch.sin(pitch * t + 6.28 * torch.rand(n, 1)) + 0.3 * torch.randn(n, length)
    return TensorDataset(wave[:, None], y)


torch.manual_seed(77)
loader = DataLoader(tones(320), batch_size=32, shuffle=True)
model = M3()
criterion = nn.NLLLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(3):
    for wave, target in loader:
        output = model(wave)
        loss = criterion(output, target)  # expect: nll-loss-on-logits
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("epoch", epoch, "loss", loss.item())
