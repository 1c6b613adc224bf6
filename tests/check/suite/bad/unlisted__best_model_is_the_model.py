import torch
from torch import nn

torch.manual_seed(26)
x = torch.randn(260, 10)
y = (x[:, 0] + 1.5 * torch.randn(260) > 0).long()
model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 2))
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
best_loss, best_model = float("inf"), None
for epoch in range(8):
    model.train()
    for b in torch.randperm(160).split(20):
        loss = nn.functional.cross_entropy(model(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        v = nn.functional.cross_entropy(model(x[160:]), y[160:]).item()
    if v < best_loss:
        best_loss, best_model = v, model  # expect: *
    print(epoch, v)
best_model.eval()
with torch.no_grad():
    print("best", best_loss, "again", nn.functional.cross_entropy(best_model(x[160:]), y[160:]).item())  # expect: *
