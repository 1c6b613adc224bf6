import torch
from torch import nn


class Discriminator(nn.Module):
    def __init__(self, d):
        super(Discriminator, self).__init__()
        self.main = nn.Sequential(nn.Linear(d, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1), nn.Sigmoid())  # expect: sigmoid-before-bce-with-logits

    def forward(self, x):
        return self.main(x).view(-1)


class Generator(nn.Module):
    def __init__(self, z, d):
        super(Generator, self).__init__()
        self.main = nn.Sequential(nn.Linear(z, 32), nn.ReLU(), nn.Linear(32, d))

    def forward(self, z):
        return self.main(z)


torch.manual_seed(123)
D, G = Discriminator(3), Generator(4, 3)
criterion = nn.BCEWithLogitsLoss()
optD = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.99))
optG = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.99))
mix = torch.randn(3, 3)
for step in range(30):
    real = torch.randn(48, 3) @ mix
    fake = G(torch.randn(48, 4))
    lossD = criterion(D(real), torch.ones(48)) + criterion(D(fake.detach()), torch.zeros(48))  # expect: sigmoid-before-bce-with-logits
    optD.zero_grad()
    lossD.backward()
    optD.step()
    lossG = criterion(D(fake), torch.ones(48))  # expect: sigmoid-before-bce-with-logits
    optG.zero_grad()
    lossG.backward()
    optG.step()
    if step % 10 == 0:
        print(step, lossD.item(), lossG.item())
