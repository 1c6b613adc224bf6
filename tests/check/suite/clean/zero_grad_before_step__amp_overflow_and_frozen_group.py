import torch
from torch import nn

torch.manual_seed(4)
model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2))
optimizer = torch.optim.Adam(
    [{"params": model[0].parameters(), "lr": 0.0}, {"params": model[2].parameters(), "lr": 1e-2}]
)
scaler = torch.amp.GradScaler("cpu", init_scale=2.0**30, growth_interval=10)

skipped = 0
for step in range(60):
    x = torch.randn(32, 8)
    y = (x[:, 0] > 0).long()
    with torch.autocast("cpu", dtype=torch.float16, enabled=False):
        loss = nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    scaled = scaler.scale(loss)
    if step % 13 == 5:
        scaled = scaled * float("inf")
    scaled.backward()
    before = scaler.get_scale()
    scaler.step(optimizer)
    scaler.update()
    skipped += scaler.get_scale() < before
    if step == 30:
        optimizer.param_groups[0]["lr"] = 1e-3
print("skipped", skipped, "loss", loss.item())
