# A series that is forecast walking forward: each block is tested before it is trained on
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

np.random.seed(50)
torch.manual_seed(50)
n = 700
t = np.arange(n)
series = np.sin(t / 9) + 0.5 * np.sin(t / 23) + 0.1 * np.random.randn(n)
series = ((series - series[:300].mean()) / series[:300].std()).astype(np.float32)


class Windows(Dataset):
    def __init__(self, values, lookback=16, horizon=1):
        self.values, self.lookback, self.horizon = values, lookback, horizon

    def __len__(self):
        return len(self.values) - self.lookback - self.horizon + 1

    def __getitem__(self, i):
        past = self.values[i : i + self.lookback]
        future = self.values[i + self.lookback : i + self.lookback + self.horizon]
        return torch.from_numpy(past).unsqueeze(-1), torch.from_numpy(future)


class TCN(nn.Module):
    def __init__(self, width=12):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv1d(1 if i == 0 else width, width, 2, dilation=2**i) for i in range(3))
        self.fc = nn.Linear(width, 1)

    def forward(self, x):
        h = x.transpose(1, 2)
        for i, conv in enumerate(self.convs):
            h = torch.relu(conv(nn.functional.pad(h, (2**i, 0))))
        return self.fc(h[:, :, -1])


model = TCN()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
lossf = nn.MSELoss()


def fit(values, epochs):
    model.train()
    for _ in range(epochs):
        for past, future in DataLoader(Windows(values), batch_size=32, shuffle=False):
            opt.zero_grad()
            lossf(model(past), future).backward()
            opt.step()


def score(values):
    model.eval()
    total = count = 0
    with torch.no_grad():
        for past, future in DataLoader(Windows(values), batch_size=64):
            total += nn.functional.mse_loss(model(past), future, reduction="sum").item()
            count += len(past)
    return total / count


fit(series[:300], 3)
for start in range(300, 700, 100):
    block = series[start - 16 : start + 100]
    print(start, score(block))
    fit(block, 2)
