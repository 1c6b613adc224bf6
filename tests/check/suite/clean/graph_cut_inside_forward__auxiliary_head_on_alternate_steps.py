# the auxiliary head reads detached features (a linear probe), and only every second step
import torch
import torch.nn as nn

torch.manual_seed(15)


class Probed(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(7, 24), nn.ReLU())
        self.main = nn.Linear(24, 1)
        self.probe = nn.Linear(24, 2)

    def forward(self, x):
        h = self.trunk(x)
        return self.main(h).squeeze(1), self.probe(h.detach())


x = torch.randn(280, 7)
y, side = x[:, 0] + x[:, 1].relu(), (x[:, 2] > 0).long()
net = Probed()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
step = 0
for epoch in range(3):
    for b in torch.randperm(280).split(28):
        out, aux = net(x[b])
        loss = nn.functional.mse_loss(out, y[b])
        if step % 2 == 0:
            loss = loss + nn.functional.cross_entropy(aux, side[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        step += 1
    print(epoch, loss.item())
