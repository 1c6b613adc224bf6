import torch
from torch import nn, optim
from torch.distributions import Categorical


class Bandit:
    def __init__(self, n):
        self.n = n

    def reset(self):
        self.obs = torch.randn(self.n, 4)
        return self.obs

    def step(self, action):
        return (action == self.obs[:, :3].argmax(1)).float()


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(4, 32)
        self.l2 = nn.Linear(32, 3)
        self.probs = nn.Softmax(dim=0)  # expect: softmax-over-batch-dimension

    def forward(self, obs):
        return self.probs(self.l2(torch.relu(self.l1(obs))))  # expect: softmax-over-batch-dimension


torch.manual_seed(1)
env, policy = Bandit(24), Policy()
opt = optim.Adam(policy.parameters(), lr=1e-2)
baseline = 0.3
for episode in range(40):
    obs = env.reset()
    dist = Categorical(probs=policy(obs))
    action = dist.sample()
    reward = env.step(action)
    loss = -(dist.log_prob(action) * (reward - baseline)).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    baseline = 0.9 * baseline + 0.1 * reward.mean().item()
    if episode % 10 == 0:
        print(episode, reward.mean().item())
