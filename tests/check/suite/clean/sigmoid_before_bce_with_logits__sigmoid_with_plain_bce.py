import torch, torch.nn as nn
torch.manual_seed(55)
xor_like = torch.randn(400, 2)
target = ((xor_like[:, 0] > 0) ^ (xor_like[:, 1] > 0)).float().view(-1, 1)
model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid())
criterion = nn.BCELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for epoch in range(5):
    right = 0
    for idx in torch.randperm(400).split(50):
        out = model(xor_like[idx])
        loss = criterion(out, target[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        right += ((out > 0.5).float() == target[idx]).sum().item()
    print('epoch', epoch, 'train accuracy', right / 400)
