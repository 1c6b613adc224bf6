import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(0)
x = torch.randn(400, 10)
y = (x[:, :3].sum(1) > 0).long()
train_set, val_set = random_split(TensorDataset(x, y), [320, 80])
train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
val_loader = DataLoader(val_set, batch_size=40)
model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 2))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)

for epoch in range(4):
    model.train()
    for inputs, labels in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(inputs), labels)
        loss.backward()
        optimizer.step()

    correct = 0
    with torch.no_grad():
        for inputs, labels in val_loader:
            outputs = model(inputs)  # expect: validation-in-train-mode
            correct += (outputs.argmax(1) == labels).sum().item()
    print(f'Epoch {epoch}: val acc {correct / len(val_set):.3f}')
