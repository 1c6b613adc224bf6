"""Actor-critic in a corridor, one update an episode, in the manner of PyTorch's examples."""

from collections import namedtuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.distributions import Categorical

SavedAction = namedtuple("SavedAction", ["log_prob", "value"])


class Corridor:
    def __init__(self, length=7):
        self.length = length

    def reset(self):
        self.at, self.time = self.length // 2, 0
        return self.see()

    def see(self):
        return np.eye(self.length, dtype=np.float32)[self.at]

    def step(self, action):
        self.at = min(max(self.at + (1 if action else -1), 0), self.length - 1)
        self.time += 1
        done = self.at in (0, self.length - 1) or self.time >= 20
        return self.see(), float(self.at == self.length - 1), done


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.affine1 = nn.Linear(7, 24)
        self.action_head = nn.Linear(24, 2)
        self.value_head = nn.Linear(24, 1)
        self.saved_actions, self.rewards = [], []

    def forward(self, x):
        x = F.relu(self.affine1(x))
        return F.softmax(self.action_head(x), dim=-1), self.value_head(x)


torch.manual_seed(123)
model, env = Policy(), Corridor()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
eps = np.finfo(np.float32).eps.item()


def select_action(state):
    probs, value = model(torch.from_numpy(state))
    m = Categorical(probs)
    action = m.sample()
    model.saved_actions.append(SavedAction(m.log_prob(action), value))
    return action.item()


def finish_episode():
    R, returns = 0, []
    for r in model.rewards[::-1]:
        R = r + 0.97 * R
        returns.insert(0, R)
    returns = torch.tensor(returns)
    policy_losses, value_losses = [], []
    for (log_prob, value), R in zip(model.saved_actions, returns):
        advantage = R - value.item()
        policy_losses.append(-log_prob * advantage)
        value_losses.append(F.smooth_l1_loss(value, R.unsqueeze(0)))
    optimizer.zero_grad()
    loss = torch.stack(policy_losses).sum() + torch.stack(value_losses).sum()
    loss.backward()
    optimizer.step()
    del model.rewards[:]
    del model.saved_actions[:]


running = 0.5
for episode in range(40):
    state, done, total = env.reset(), False, 0.0
    while not done:
        state, reward, done = env.step(select_action(state))
        model.rewards.append(reward)
        total += reward
    running = 0.05 * total + 0.95 * running
    finish_episode()
print("running reward", round(running, 3))
