import torch
import torch.nn as nn

torch.manual_seed(88)
hour = torch.rand(400) * 24
rain = (torch.rand(400) < 0.3).float()
rate = torch.exp(0.8 + 0.6 * torch.sin(hour / 24 * 6.283) - 0.7 * rain)
rides = torch.poisson(rate)
X = torch.stack([torch.sin(hour / 24 * 6.283), torch.cos(hour / 24 * 6.283), rain], 1)

model = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 1), nn.Softplus())
opt = torch.optim.Adam(model.parameters(), lr=0.01)
mse = nn.MSELoss()
for epoch in range(5):
    for b in torch.randperm(400).split(40):
        pred = model(X[b]).squeeze(-1)
        loss = mse(pred, rides[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, 'mse', loss.item(), 'mean forecast', pred.mean().item())
