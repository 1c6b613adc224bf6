import random
from collections import deque

import torch
from torch import nn

torch.manual_seed(16)
random.seed(16)


class Chain:
    def reset(self):
        self.s, self.t = 0, 0
        return self.observe()

    def observe(self):
        return torch.eye(6)[self.s]

    def step(self, a):
        self.s = min(5, self.s + 1) if a else max(0, self.s - 1)
        self.t += 1
        return self.observe(), float(self.s == 5), self.s == 5 or self.t >= 15


q = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 2))
target = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 2))
target.load_state_dict(q.state_dict())
optimizer = torch.optim.RMSprop(q.parameters(), lr=1e-3)
memory = deque(maxlen=500)
env, updates = Chain(), 0
for episode in range(25):
    s, done, score = env.reset(), False, 0.0
    while not done:
        eps = max(0.1, 1 - episode / 15)
        if random.random() < eps:
            a = random.randrange(2)
        else:
            with torch.no_grad():
                a = q(s).argmax().item()
        s2, r, done = env.step(a)
        memory.append((s, a, r, s2, done))
        s, score = s2, score + r
        if len(memory) >= 32:
            bs, ba, br, bs2, bd = zip(*random.sample(list(memory), 32))
            bs, bs2 = torch.stack(bs), torch.stack(bs2)
            chosen = q(bs).gather(1, torch.tensor(ba)[:, None]).squeeze(1)
            with torch.no_grad():
                best = target(bs2).max(1).values
            wanted = torch.tensor(br) + 0.95 * best * (1 - torch.tensor(bd).float())
            loss = nn.functional.smooth_l1_loss(chosen, wanted)
            optimizer.zero_grad()
            loss.backward()
            for p in q.parameters():
                p.grad.clamp_(-1, 1)
            optimizer.step()
            updates += 1
            if updates % 40 == 0:
                target.load_state_dict(q.state_dict())
print(updates, score)
