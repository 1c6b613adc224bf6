import random
from collections import deque
import torch
import torch.nn as nn

random.seed(1)
torch.manual_seed(1)
SIZE, GAMMA = 6, 0.9
q_net, target_net = nn.Linear(SIZE, 2), nn.Linear(SIZE, 2)
target_net.load_state_dict(q_net.state_dict())
optimizer = torch.optim.Adam(q_net.parameters(), lr=0.01)
memory = deque(maxlen=500)


def one_hot(s):
    v = torch.zeros(SIZE)
    v[s] = 1
    return v


def huber(err):
    return torch.where(err.abs() < 1, 0.5 * err ** 2, err.abs() - 0.5)


def learn():
    s, a, r, s2, done = zip(*random.sample(memory, 24))
    s, s2 = torch.stack(s), torch.stack(s2)
    q = q_net(s).gather(1, torch.tensor(a).unsqueeze(1))
    with torch.no_grad():
        best = target_net(s2).max(1).values
        goal = torch.tensor(r) + GAMMA * best * (1 - torch.tensor(done))
    loss = huber(q - goal).mean()  # expect: prediction-target-broadcast
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


for episode in range(12):
    pos = 0
    for _ in range(20):
        act = random.randrange(2)
        nxt = max(0, pos - 1) if act == 0 else pos + 1
        end = float(nxt == SIZE - 1)
        memory.append((one_hot(pos), act, end, one_hot(nxt), end))
        pos = 0 if end else nxt
    loss = sum(learn() for _ in range(4)) / 4 if len(memory) >= 24 else 0.0
    if episode % 4 == 3:
        target_net.load_state_dict(q_net.state_dict())
        print('episode', episode, 'loss', round(loss, 4))
