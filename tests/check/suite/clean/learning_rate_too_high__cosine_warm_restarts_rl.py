"""REINFORCE on a small corridor with restarts of the learning rate."""
import torch
from torch import nn
from torch.distributions import Categorical

torch.manual_seed(39)
LENGTH = 6


def episode(policy):
    at, log_probs, rewards = 0, [], []
    for _ in range(20):
        state = nn.functional.one_hot(torch.tensor(at), LENGTH).float()
        d = Categorical(logits=policy(state))
        action = d.sample()
        log_probs.append(d.log_prob(action))
        at = max(0, min(LENGTH - 1, at + (1 if action.item() else -1)))
        rewards.append(1.0 if at == LENGTH - 1 else -0.05)
        if at == LENGTH - 1:
            break
    returns, total = [], 0.0
    for r in reversed(rewards):
        total = r + 0.95 * total
        returns.insert(0, total)
    return torch.stack(log_probs), torch.tensor(returns), sum(rewards)


policy = nn.Sequential(nn.Linear(LENGTH, 16), nn.Tanh(), nn.Linear(16, 2))
optimizer = torch.optim.Adam(policy.parameters(), lr=0.03)
restarts = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=20)
for n in range(60):
    log_probs, returns, score = episode(policy)
    advantage = returns - returns.mean()
    loss = -(log_probs * advantage).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    restarts.step()
    if n % 20 == 0:
        print(n, score)
