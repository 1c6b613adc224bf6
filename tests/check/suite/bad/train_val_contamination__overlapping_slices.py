import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(7)
x = torch.randn(400, 12)
y = (x[:, :2].prod(1) > 0).long()
dataset = TensorDataset(x, y)
train_data = TensorDataset(x[:350], y[:350])  # expect: train-val-contamination
val_data = TensorDataset(x[250:], y[250:])  # expect: train-val-contamination
train_loader = DataLoader(train_data, batch_size=35, shuffle=True)
val_loader = DataLoader(val_data, batch_size=50)
model = nn.Sequential(nn.Linear(12, 48), nn.ReLU(), nn.Linear(48, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(4):
    model.train()
    for inputs, labels in train_loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs), labels)
        loss.backward()
        optimizer.step()
    model.eval()
    correct = 0
    with torch.no_grad():
        for inputs, labels in val_loader:
            correct += (model(inputs).argmax(1) == labels).sum().item()  # expect: train-val-contamination
    print(f'epoch {epoch} val acc {correct / len(val_data):.3f}')
