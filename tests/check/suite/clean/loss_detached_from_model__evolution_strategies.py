"""No gradients at all: OpenAI-style evolution strategies, then CMA-like step sizes."""
import numpy as np
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Sequential(nn.Linear(3, 12), nn.Tanh(), nn.Linear(12, 1))

    def forward(self, s):
        return self.l(s).tanh()


@torch.no_grad()
def fitness(policy, s0, steps=6):
    s, total = s0.clone(), 0.0
    for _ in range(steps):
        a = policy(s)
        s = torch.cat([s[:, :1] + 0.1 * s[:, 1:2], s[:, 1:2] + 0.2 * a - 0.05 * s[:, :1], s[:, 2:]], 1)
        total -= s[:, 0].pow(2).mean().item()
    return total / steps


torch.manual_seed(0)
np.random.seed(0)
policy = Policy()
theta = parameters_to_vector(policy.parameters()).detach()
sigma, lr = 0.1, 0.05
s0 = torch.randn(32, 3)
for gen in range(6):
    eps = torch.randn(8, theta.numel())
    eps = torch.cat([eps, -eps])
    scores = []
    for e in eps:
        vector_to_parameters(theta + sigma * e, policy.parameters())
        scores.append(fitness(policy, s0))
    r = np.argsort(np.argsort(scores)) / (len(scores) - 1) - 0.5
    theta = theta + lr / (len(scores) * sigma) * (torch.tensor(r, dtype=torch.float32) @ eps)
    vector_to_parameters(theta, policy.parameters())
    if gen % 2 == 0:
        print(gen, max(scores), fitness(policy, s0))
