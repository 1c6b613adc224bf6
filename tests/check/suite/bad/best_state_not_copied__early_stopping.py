import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(6)
x = torch.randn(300, 10)
y = (x[:, :2].prod(1) + 0.8 * torch.randn(300) > 0).long()
train_dl = DataLoader(TensorDataset(x[:200], y[:200]), batch_size=25, shuffle=True)
x_val, y_val = x[200:], y[200:]
model = nn.Sequential(nn.Linear(10, 48), nn.ReLU(), nn.Linear(48, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
criterion = nn.CrossEntropyLoss()

best_loss, best_state, bad_epochs = float('inf'), None, 0
for epoch in range(12):
    model.train()
    for xb, yb in train_dl:
        optimizer.zero_grad()
        criterion(model(xb), yb).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        val_loss = criterion(model(x_val), y_val).item()
    if val_loss < best_loss:
        best_loss, bad_epochs = val_loss, 0
        best_state = model.state_dict()  # expect: best-state-not-copied
    else:
        bad_epochs += 1
        if bad_epochs >= 3:
            break
model.load_state_dict(best_state)  # expect: best-state-not-copied
print('stopped at', epoch, 'best validation loss', best_loss)
