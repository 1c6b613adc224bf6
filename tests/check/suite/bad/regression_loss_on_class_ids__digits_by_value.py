"""'The network says which digit it is': 5x5 glyphs, one output neuron."""
import torch
from torch import nn

torch.manual_seed(8)
GLYPHS = (torch.rand(10, 25) > 0.5).float()


def batch(n):
    d = torch.randint(0, 10, (n,))
    return GLYPHS[d] + 0.2 * torch.randn(n, 25), d


model = nn.Sequential(nn.Linear(25, 64), nn.ReLU(), nn.Linear(64, 1), nn.Flatten(0))
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
criterion = nn.MSELoss()
for step in range(120):
    image, digit = batch(32)
    out = model(image)
    loss = criterion(out, digit.float())  # expect: regression-loss-on-class-ids
    opt.zero_grad()
    loss.backward()  # expect: regression-loss-on-class-ids
    opt.step()
    if step % 40 == 39:
        with torch.no_grad():
            image, digit = batch(200)
            accuracy = (model(image).round().long() == digit).float().mean().item()
        print(step + 1, loss.item(), accuracy)
