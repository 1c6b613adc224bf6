import torch
from torch import nn

torch.manual_seed(42)
# Few noisy rows and a wide net: the validation loss rises after its best epoch.
x, y = torch.randn(40, 20), torch.randint(0, 2, (40,))
xv, yv = torch.randn(100, 20), torch.randint(0, 2, (100,))
model = nn.Sequential(nn.Linear(20, 128), nn.ReLU(), nn.Linear(128, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="min", factor=0.5, patience=2)
for epoch in range(20):
    model.train()
    for i in torch.randperm(40).split(10):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x[i]), y[i]).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        value = nn.functional.cross_entropy(model(xv), yv).item()
    scheduler.step(value)
    if epoch % 5 == 0:
        print(epoch, value, optimizer.param_groups[0]["lr"])
