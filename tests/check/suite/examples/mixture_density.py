import math
import torch
from torch import nn
from torch.distributions import Categorical, MixtureSameFamily, Normal


class MDN(nn.Module):
    def __init__(self, n_hidden, n_gaussians):
        super(MDN, self).__init__()
        self.z_h = nn.Sequential(nn.Linear(1, n_hidden), nn.Tanh())
        self.z_pi = nn.Linear(n_hidden, n_gaussians)
        self.z_mu = nn.Linear(n_hidden, n_gaussians)
        self.z_sigma = nn.Linear(n_hidden, n_gaussians)

    def forward(self, x):
        z = self.z_h(x)
        pi = torch.softmax(self.z_pi(z), -1)
        return pi, self.z_mu(z), torch.exp(self.z_sigma(z))


def mdn_loss_fn(pi, sigma, mu, y):
    m = Normal(loc=mu, scale=sigma)
    return -torch.logsumexp(m.log_prob(y) + torch.log(pi + 1e-9), dim=1).mean()


torch.manual_seed(11)
n = 400
y = (torch.rand(n, 1) - 0.5) * 6
x = torch.sin(1.2 * y) * 2 + y * 0.5 + 0.2 * torch.randn(n, 1)
net = MDN(24, 4)
with torch.no_grad():
    net.z_mu.bias.copy_(torch.linspace(-2, 2, 4))
optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
for epoch in range(5):
    for idx in torch.randperm(n).split(50):
        pi, mu, sigma = net(x[idx])
        loss = mdn_loss_fn(pi, sigma, mu, y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
with torch.no_grad():
    pi, mu, sigma = net(torch.zeros(1, 1))
    d = MixtureSameFamily(Categorical(pi), Normal(mu, sigma))
    print('density at 0', math.exp(d.log_prob(torch.zeros(1)).item()))
