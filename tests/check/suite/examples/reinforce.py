import numpy as np
import torch
from torch import nn


class Corridor:
    """Walk to the right end; every step costs a little."""

    size = 6

    def reset(self):
        self.pos = 1
        return self.observe()

    def observe(self):
        o = np.zeros(self.size, dtype=np.float32)
        o[self.pos] = 1
        return o

    def step(self, a):
        self.pos = max(0, self.pos + (1 if a == 1 else -1))
        done = self.pos == self.size - 1
        return self.observe(), (1.0 if done else -0.05), done


class Agent:
    def __init__(self, lr=0.02, gamma=0.95):
        self.pi = nn.Sequential(nn.Linear(Corridor.size, 16), nn.Tanh(), nn.Linear(16, 2))
        self.opt = torch.optim.Adam(self.pi.parameters(), lr=lr)
        self.gamma = gamma

    @torch.no_grad()
    def act(self, obs):
        logits = self.pi(torch.from_numpy(obs))
        return torch.distributions.Categorical(logits=logits).sample().item()

    def rollout(self, env, limit=25):
        obs, traj = env.reset(), []
        for _ in range(limit):
            a = self.act(obs)
            nxt, r, done = env.step(a)
            traj.append((obs, a, r))
            obs = nxt
            if done:
                break
        return traj

    def learn(self, batch):
        obs, act, ret = [], [], []
        for traj in batch:
            g, gs = 0.0, []
            for _, _, r in reversed(traj):
                g = r + self.gamma * g
                gs.append(g)
            ret += gs[::-1]
            obs += [o for o, _, _ in traj]
            act += [a for _, a, _ in traj]
        obs, act, ret = torch.from_numpy(np.stack(obs)), torch.tensor(act), torch.tensor(ret)
        dist = torch.distributions.Categorical(logits=self.pi(obs))
        loss = -(dist.log_prob(act) * (ret - ret.mean())).mean() - 0.01 * dist.entropy().mean()
        self.opt.zero_grad()
        loss.backward()
        self.opt.step()


torch.manual_seed(0)
agent, env = Agent(), Corridor()
for it in range(12):
    batch = [agent.rollout(env) for _ in range(4)]
    agent.learn(batch)
    if it % 3 == 2:
        print("iteration", it + 1, "mean length", sum(map(len, batch)) / len(batch))
