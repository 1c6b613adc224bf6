"""Evolution strategy for the policy, gradients for the world model it dreams in; both in one loop."""

import torch
from torch import nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

torch.manual_seed(29)
policy = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))
world = nn.Sequential(nn.Linear(4, 24), nn.Tanh(), nn.Linear(24, 3))
opt = torch.optim.Adam(world.parameters(), lr=5e-3)
A = torch.randn(3, 3) * 0.3
B = torch.randn(1, 3)


def real(state, action):
    return torch.tanh(state @ A + action @ B)


@torch.no_grad()
def fitness(vector, states):
    vector_to_parameters(vector, policy.parameters())
    total = 0.0
    for _ in range(4):
        states = world(torch.cat([states, policy(states)], 1))
        total -= states.pow(2).sum(1).mean().item()
    return total


theta = parameters_to_vector(policy.parameters()).detach()
for it in range(12):
    vector_to_parameters(theta, policy.parameters())
    for _ in range(4):
        states = torch.randn(32, 3)
        with torch.no_grad():
            actions = policy(states) + 0.3 * torch.randn(32, 1)
            nexts = real(states, actions)
        loss = (world(torch.cat([states, actions], 1)) - nexts).pow(2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    noise = torch.randn(8, len(theta))
    start = torch.randn(16, 3)
    scores = torch.tensor([fitness(theta + 0.1 * n, start) - fitness(theta - 0.1 * n, start) for n in noise])
    theta = theta + 0.05 * (scores[:, None] * noise).mean(0) / (scores.std() + 1e-6)
    if it % 4 == 0:
        print(it, loss.item(), fitness(theta, start))
