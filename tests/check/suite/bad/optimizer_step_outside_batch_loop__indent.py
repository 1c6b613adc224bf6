import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(1)
x = torch.randn(300, 10)
y = (x[:, 0] + 0.5 * x[:, 1] > 0).float().unsqueeze(1)
loader = DataLoader(TensorDataset(x, y), batch_size=30, shuffle=True)

model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1))
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

for epoch in range(6):
    epoch_loss = 0.0
    for inputs, targets in loader:
        optimizer.zero_grad()  # expect: optimizer-step-outside-batch-loop
        loss = criterion(model(inputs), targets)
        loss.backward()
        epoch_loss += loss.item() * len(inputs)
    optimizer.step()  # expect: optimizer-step-outside-batch-loop
    print(f"Epoch {epoch}, Loss: {epoch_loss / 300:.4f}")
