"""Advantage actor-critic on a toy chain; one update a rollout."""
import torch
from torch import nn

torch.manual_seed(31)


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.shared = nn.Sequential(nn.Linear(3, 24), nn.Tanh())
        self.pi = nn.Linear(24, 2)
        self.v = nn.Linear(24, 1)

    def forward(self, s):
        h = self.shared(s)
        return torch.distributions.Categorical(logits=self.pi(h)), self.v(h)


def rollout(net, length=20):
    s = torch.zeros(3)
    states, actions, rewards = [], [], []
    for _ in range(length):
        with torch.no_grad():
            dist, _ = net(s[None])
        a = dist.sample()
        states.append(s)
        actions.append(a)
        s = 0.8 * s + 0.2 * torch.randn(3) + (a.float() - 0.5) * torch.tensor([0.5, 0.0, 0.0])
        rewards.append(float(s[0]))
    return torch.stack(states), torch.cat(actions), rewards


def discounted(rewards, gamma=0.9):
    out, g = [], 0.0
    for r in reversed(rewards):
        g = r + gamma * g
        out.append(g)
    return torch.tensor(out[::-1])


net = ActorCritic()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for it in range(15):
    states, actions, rewards = rollout(net)
    returns = discounted(rewards)
    dist, values = net(states)
    advantage = returns - values  # expect: prediction-target-broadcast
    actor = -(dist.log_prob(actions) * advantage.detach()).mean()  # expect: prediction-target-broadcast
    critic = advantage.pow(2).mean()
    opt.zero_grad()
    (actor + 0.5 * critic).backward()
    opt.step()
print(sum(rewards))
