import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(2)
x = torch.randn(256, 10)
y = (x[:, 0] > 0).long() * 2 + (x[:, 1] > 0).long()
loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 4))
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
for epoch in range(3):
    for data, labels in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(data), labels)
        scaler.scale(loss).backward()
        optimizer.step()  # expect: grad-scaler-bypassed
    print(f'Epoch {epoch}: {loss.item():.4f}')
