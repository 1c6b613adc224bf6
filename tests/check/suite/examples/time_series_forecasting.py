import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

np.random.seed(0)
torch.manual_seed(0)

# %% monthly passengers: trend + season + noise
t = np.arange(220)
series = 100 + 0.5 * t + 20 * np.sin(2 * np.pi * t / 12) + 4 * np.random.randn(220)
train_raw, test_raw = series[:170], series[170:]
mean, std = train_raw.mean(), train_raw.std()
train, test = (train_raw - mean) / std, (test_raw - mean) / std


# %%
def create_dataset(values, lookback):
    x, y = [], []
    for i in range(len(values) - lookback):
        x.append(values[i:i + lookback])
        y.append(values[i + lookback])
    return torch.tensor(np.array(x), dtype=torch.float32).unsqueeze(-1), torch.tensor(np.array(y), dtype=torch.float32)


lookback = 12
X_train, y_train = create_dataset(train, lookback)
X_test, y_test = create_dataset(test, lookback)


# %%
class AirModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(input_size=1, hidden_size=20, num_layers=1, batch_first=True)
        self.linear = nn.Linear(20, 1)

    def forward(self, x):
        x, _ = self.lstm(x)
        return self.linear(x[:, -1]).squeeze(-1)


model = AirModel()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
loss_fn = nn.MSELoss()
loader = DataLoader(TensorDataset(X_train, y_train), shuffle=True, batch_size=16)

# %%
for epoch in range(5):
    model.train()
    for X_batch, y_batch in loader:
        y_pred = model(X_batch)
        loss = loss_fn(y_pred, y_batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        train_rmse = np.sqrt(loss_fn(model(X_train), y_train).item()) * std
        test_rmse = np.sqrt(loss_fn(model(X_test), y_test).item()) * std
    print("Epoch %d: train RMSE %.4f, test RMSE %.4f" % (epoch, train_rmse, test_rmse))
