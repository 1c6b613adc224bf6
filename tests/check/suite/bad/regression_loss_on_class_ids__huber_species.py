import torch
from torch import nn

torch.manual_seed(3)
centres = 2 * torch.randn(5, 4)
species = torch.randint(0, 5, (500,))
measures = centres[species] + 0.5 * torch.randn(500, 4)
measures = (measures - measures.mean(0)) / measures.std(0)
split = torch.randperm(500)
tr, te = split[:400], split[400:]

net = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
loss_fn = nn.SmoothL1Loss()


def accuracy(rows):
    net.eval()
    with torch.no_grad():
        guess = net(measures[rows]).squeeze(1).round().clamp(0, 4).long()
    net.train()
    return (guess == species[rows]).float().mean().item()


for epoch in range(8):
    for rows in tr[torch.randperm(400)].split(50):
        out = net(measures[rows]).squeeze(1)
        loss = loss_fn(out, species[rows].float())  # expect: regression-loss-on-class-ids
        opt.zero_grad()
        loss.backward()  # expect: regression-loss-on-class-ids
        opt.step()
    print(epoch, loss.item(), accuracy(te))
