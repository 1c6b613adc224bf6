import torch
import torch.nn as nn

torch.manual_seed(11)
x = torch.rand(300, 4)
y = (x * torch.tensor([2.0, -1.0, 0.5, 1.0])).sum(1, keepdim=True)
net = nn.Sequential(nn.Linear(4, 24), nn.SiLU(), nn.Linear(24, 1))
epochs, batch = 5, 30
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs * (len(x) // batch))
for epoch in range(epochs):
    for rows in torch.randperm(len(x)).split(batch):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(net(x[rows]), y[rows])
        loss.backward()
        optimizer.step()
        scheduler.step()
    print(f"{epoch} lr {scheduler.get_last_lr()[0]:.5f} loss {loss.item():.5f}")
