"""DQN with replay and a target network, Huber loss, epsilon-greedy, Polyak averaging."""
import copy
import random
from collections import deque

import torch
from torch import nn


class Corridor:
    def __init__(self, n=6):
        self.n = n

    def reset(self):
        self.p, self.t = random.randrange(1, self.n - 1), 0
        return self.obs()

    def obs(self):
        v = torch.zeros(self.n)
        v[self.p] = 1
        return v

    def step(self, a):
        self.p = max(0, min(self.n - 1, self.p + (1 if a else -1)))
        self.t += 1
        done = self.p == self.n - 1 or self.t > 12
        return self.obs(), float(self.p == self.n - 1) - 0.05, done


class Agent:
    def __init__(self, n):
        self.q = nn.Sequential(nn.Linear(n, 32), nn.ReLU(), nn.Linear(32, 2))
        self.target = copy.deepcopy(self.q)
        self.opt = torch.optim.Adam(self.q.parameters(), 3e-3)
        self.memory = deque(maxlen=400)

    def act(self, s, eps):
        if random.random() < eps:
            return random.randrange(2)
        with torch.no_grad():
            return int(self.q(s[None]).argmax())

    def learn(self, size=32, gamma=0.95):
        s, a, r, s2, d = zip(*random.sample(self.memory, size))
        s, s2 = torch.stack(s), torch.stack(s2)
        r, d, a = torch.tensor(r), torch.tensor(d, dtype=torch.float32), torch.tensor(a)
        with torch.no_grad():
            best = self.q(s2).argmax(1, keepdim=True)
            y = r + gamma * (1 - d) * self.target(s2).gather(1, best).squeeze(1)
        loss = nn.functional.smooth_l1_loss(self.q(s).gather(1, a[:, None]).squeeze(1), y)
        self.opt.zero_grad()
        loss.backward()
        for p in self.q.parameters():
            p.grad.data.clamp_(-1, 1)
        self.opt.step()
        with torch.no_grad():
            for t, p in zip(self.target.parameters(), self.q.parameters()):
                t.lerp_(p, 0.02)
        return loss.item()


random.seed(0)
torch.manual_seed(0)
env, agent = Corridor(), Agent(6)
for episode in range(25):
    s, total, done = env.reset(), 0.0, False
    while not done:
        a = agent.act(s, max(0.1, 1 - episode / 15))
        s2, r, done = env.step(a)
        agent.memory.append((s, a, r, s2, done and s2[-1] == 1))
        s, total = s2, total + r
        if len(agent.memory) > 40:
            agent.learn()
    if episode % 8 == 0:
        print(episode, total)
