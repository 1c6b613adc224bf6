import math
import random
from collections import deque

import torch
from torch import nn


class GridWorld:
    def __init__(self, size=5):
        self.size = size

    def reset(self):
        self.pos, self.t = [random.randrange(self.size), random.randrange(self.size)], 0
        return self.obs()

    def obs(self):
        return [self.pos[0] / self.size - 0.4, self.pos[1] / self.size - 0.4]

    def step(self, action):
        axis, move = divmod(action, 2)
        self.pos[axis] = min(self.size - 1, max(0, self.pos[axis] + (1 if move else -1)))
        self.t += 1
        won = self.pos == [self.size - 1, self.size - 1]
        return self.obs(), (1.0 if won else -1.0), won or self.t >= 20


class ReplayMemory:
    def __init__(self, capacity):
        self.memory = deque(maxlen=capacity)

    def push(self, *transition):
        self.memory.append(transition)

    def sample(self, n):
        return zip(*random.sample(self.memory, n))


random.seed(0)
torch.manual_seed(0)
env, memory = GridWorld(), ReplayMemory(500)
policy, target = (nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 4)) for _ in range(2))
target.load_state_dict(policy.state_dict())
opt = torch.optim.AdamW(policy.parameters(), lr=1e-3, amsgrad=True)
steps = 0


def optimize():
    if len(memory.memory) < 32:
        return
    s, a, r, s2, done = memory.sample(32)
    s, s2, r = torch.tensor(s), torch.tensor(s2), torch.tensor(r)
    q = policy(s).gather(1, torch.tensor(a).unsqueeze(1)).squeeze(1)
    with torch.no_grad():
        nxt = target(s2).max(1).values * (1 - torch.tensor(done, dtype=torch.float))
    loss = nn.functional.smooth_l1_loss(q, r + 0.9 * nxt)
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_value_(policy.parameters(), 100)
    opt.step()


for episode in range(15):
    state, done, total = env.reset(), False, 0.0
    while not done:
        eps = 0.05 + 0.85 * math.exp(-steps / 100)
        if random.random() < eps:
            action = random.randrange(4)
        else:
            with torch.no_grad():
                action = policy(torch.tensor([state])).argmax(1).item()
        nxt, reward, done = env.step(action)
        memory.push(state, action, reward, nxt, done)
        state, total, steps = nxt, total + reward, steps + 1
        optimize()
        with torch.no_grad():
            for t, p in zip(target.parameters(), policy.parameters()):
                t.lerp_(p, 0.02)
    if episode % 5 == 0:
        print(episode, total)
