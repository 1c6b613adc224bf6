"""Deep Q-learning with a replay buffer and a hard-copied target network."""
import collections
import random

import torch
from torch import nn

Transition = collections.namedtuple("Transition", "s a r s2 done")


class Corridor:
    size = 6

    def reset(self):
        self.pos, self.t = 0, 0
        return self.obs()

    def obs(self):
        return torch.eye(self.size)[self.pos]

    def step(self, a):
        self.t += 1
        self.pos = min(max(self.pos + (1 if a else -1), 0), self.size - 1)
        done = self.pos == self.size - 1 or self.t >= 15
        return self.obs(), float(self.pos == self.size - 1), done


class Agent:
    def __init__(self):
        make = lambda: nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 2))
        self.q, self.target = make(), make()
        self.target.load_state_dict(self.q.state_dict())
        self.opt = torch.optim.Adam(self.q.parameters(), lr=5e-3)
        self.buffer = collections.deque(maxlen=500)
        self.eps = 1.0

    @torch.no_grad()
    def act(self, s):
        if random.random() < self.eps:
            return random.randrange(2)
        return int(self.q(s).argmax())

    def learn(self):
        if len(self.buffer) < 32:
            return None
        b = Transition(*zip(*random.sample(self.buffer, 32)))
        s, s2 = torch.stack(b.s), torch.stack(b.s2)
        a, r, d = torch.tensor(b.a), torch.tensor(b.r), torch.tensor(b.done, dtype=torch.float32)
        with torch.no_grad():
            goal = r + 0.95 * (1 - d) * self.target(s2).max(1).values
        value = self.q(s).gather(1, a[:, None]).squeeze(1)
        loss = nn.functional.smooth_l1_loss(value, goal)
        self.opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(self.q.parameters(), 1.0)
        self.opt.step()
        return loss.item()


random.seed(1)
torch.manual_seed(1)
env, agent = Corridor(), Agent()
for episode in range(15):
    s, done = env.reset(), False
    while not done:
        a = agent.act(s)
        s2, r, done = env.step(a)
        agent.buffer.append(Transition(s, a, r, s2, done))
        agent.learn()
        s = s2
    agent.eps = max(0.1, agent.eps * 0.85)
    if episode % 5 == 4:
        agent.target.load_state_dict(agent.q.state_dict())
print(agent.eps, len(agent.buffer))
