"""Two critics, an actor and a temperature, each with an optimizer; targets follow slowly."""
import copy

import torch
import torch.nn.functional as F
from torch import nn


class Q(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(3, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, s, a):
        return self.net(torch.cat([s, a], 1))


class Pi(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.mu, self.log_std = nn.Sequential(nn.Linear(2, 32), nn.ReLU()), nn.Linear(32, 1), nn.Linear(32, 1)

    def forward(self, s):
        h = self.body(s)
        dist = torch.distributions.Normal(self.mu(h), self.log_std(h).clamp(-4, 1).exp())
        u = dist.rsample()
        a = torch.tanh(u)
        return a, (dist.log_prob(u) - torch.log(1 - a.pow(2) + 1e-6)).sum(1, keepdim=True)


torch.manual_seed(6)
q1, q2, pi = Q(), Q(), Pi()
t1, t2 = copy.deepcopy(q1).requires_grad_(False), copy.deepcopy(q2).requires_grad_(False)
log_alpha = torch.zeros(1, requires_grad=True)
q_opt = torch.optim.Adam([*q1.parameters(), *q2.parameters()], lr=3e-3)
pi_opt = torch.optim.Adam(pi.parameters(), lr=3e-3)
alpha_opt = torch.optim.Adam([log_alpha], lr=3e-3)

# transitions of a point on a line that wants to stay at 0
S = torch.rand(512, 2) * 2 - 1
A = torch.rand(512, 1) * 2 - 1
S2 = torch.stack([S[:, 0] + 0.2 * S[:, 1], 0.9 * S[:, 1] + 0.3 * A[:, 0]], 1)
R = -(S2[:, :1].abs() + 0.1 * A.abs())

for step in range(40):
    i = torch.randint(0, 512, (48,))
    alpha = log_alpha.exp().detach()
    with torch.no_grad():
        a2, logp2 = pi(S2[i])
        goal = R[i] + 0.9 * (torch.min(t1(S2[i], a2), t2(S2[i], a2)) - alpha * logp2)
    q_loss = F.mse_loss(q1(S[i], A[i]), goal) + F.mse_loss(q2(S[i], A[i]), goal)
    q_opt.zero_grad()
    q_loss.backward()
    q_opt.step()

    a, logp = pi(S[i])
    pi_loss = (alpha * logp - torch.min(q1(S[i], a), q2(S[i], a))).mean()
    pi_opt.zero_grad()
    pi_loss.backward()
    pi_opt.step()

    alpha_loss = -(log_alpha * (logp.detach() - 1.0)).mean()
    alpha_opt.zero_grad()
    alpha_loss.backward()
    alpha_opt.step()
    with torch.no_grad():
        for net, target in ((q1, t1), (q2, t2)):
            for p, q in zip(net.parameters(), target.parameters()):
                q.lerp_(p, 0.02)
    if step % 10 == 9:
        print(step + 1, 'q', q_loss.item(), 'pi', pi_loss.item(), 'alpha', alpha.item())
