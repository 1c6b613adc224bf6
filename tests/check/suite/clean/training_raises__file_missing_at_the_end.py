# trains well, and then stumbles over something that is not torch's
import json
import torch
from torch import nn

torch.manual_seed(5)
model = nn.Sequential(nn.Linear(3, 12), nn.Tanh(), nn.Linear(12, 2))
opt = torch.optim.Adam(model.parameters(), lr=0.02)
inputs = torch.randn(120, 3)
labels = (inputs[:, 0] * inputs[:, 1] > 0).long()
for epoch in range(10):
    for i in torch.randperm(120).split(24):
        opt.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(model(inputs[i]), labels[i]).backward()
        opt.step()
with torch.no_grad():
    model.eval()
    print((model(inputs).argmax(1) == labels).float().mean().item())
thresholds = json.loads("{}")
print(thresholds["left"])
