import torch
from torch import nn

torch.manual_seed(26)
episodes = [(torch.randn(20, 4), torch.randn(1)) for _ in range(24)]
episodes = [(s, (s[:, 0].mean() + s[:, 1].max()).reshape(1)) for s, _ in episodes]


class SetEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.phi = nn.Sequential(nn.Linear(4, 16), nn.ReLU())
        self.rho = nn.Linear(16, 1)

    def forward(self, items):
        return self.rho(self.phi(items).mean(0))


encoder = SetEncoder()
optimizer = torch.optim.Adam(encoder.parameters(), lr=0.01)
for epoch in range(10):
    optimizer.zero_grad()
    losses = []
    for items, value in episodes:
        losses.append((encoder(items) - value).pow(2).mean())
    loss = torch.stack(losses).mean()
    loss.backward()
    optimizer.step()
    if epoch % 3 == 0:
        print("epoch %d loss %.4f" % (epoch, loss.item()))
