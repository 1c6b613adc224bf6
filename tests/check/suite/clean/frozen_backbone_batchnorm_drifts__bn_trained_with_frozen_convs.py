# only the batch-norm layers of the backbone are trained, with their statistics
import torch
import torch.nn as nn

torch.manual_seed(74)
backbone = nn.Sequential(nn.Conv1d(2, 8, 3, padding=1), nn.BatchNorm1d(8), nn.ReLU(), nn.Conv1d(8, 8, 3, padding=1), nn.BatchNorm1d(8), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten())
head = nn.Linear(8, 2)
for m in backbone:
    if isinstance(m, nn.Conv1d):
        m.requires_grad_(False)
model = nn.Sequential(backbone, head)
opt = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-2)
y = torch.randint(0, 2, (240,))
x = torch.randn(240, 2, 12) + y.view(-1, 1, 1) * torch.tensor([[1.0], [-1.0]])
for epoch in range(3):
    model.train()
    for b in torch.randperm(192).split(24):
        loss = nn.functional.cross_entropy(model(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        print(epoch, (model(x[192:]).argmax(1) == y[192:]).float().mean().item())
