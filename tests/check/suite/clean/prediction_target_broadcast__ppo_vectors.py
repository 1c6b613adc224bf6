import numpy as np
import torch
from torch import nn
from torch.distributions import Normal


class PointEnv:
    """Move a point to the origin; several at once."""

    def __init__(self, n, seed):
        self.n, self.rng = n, np.random.default_rng(seed)

    def reset(self):
        self.state = self.rng.normal(size=(self.n, 2)).astype(np.float32)
        self.t = 0
        return self.state.copy()

    def step(self, action):
        self.state = self.state + 0.3 * np.clip(action, -1, 1)
        self.t += 1
        return self.state.copy(), -(self.state**2).sum(1), self.t >= 10


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.actor = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 2))
        self.critic = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))
        self.log_std = nn.Parameter(torch.full((2,), -0.5))

    def dist(self, obs):
        return Normal(self.actor(obs), self.log_std.exp())

    def value(self, obs):
        return self.critic(obs).squeeze(-1)


def rollout(env, agent):
    obs, store = env.reset(), {k: [] for k in ("obs", "act", "logp", "rew", "val")}
    done = False
    while not done:
        o = torch.from_numpy(obs)
        with torch.no_grad():
            d = agent.dist(o)
            a = d.sample()
            store["logp"].append(d.log_prob(a).sum(-1))
            store["val"].append(agent.value(o))
        obs, rew, done = env.step(a.numpy())
        store["obs"].append(o)
        store["act"].append(a)
        store["rew"].append(torch.from_numpy(rew))
    return {k: torch.stack(v) for k, v in store.items()}


def gae(rew, val, gamma=0.95, lam=0.9):
    adv, last = torch.zeros_like(rew), torch.zeros(rew.size(1))
    for t in reversed(range(len(rew))):
        nxt = val[t + 1] if t + 1 < len(rew) else torch.zeros_like(last)
        last = rew[t] + gamma * nxt - val[t] + gamma * lam * last
        adv[t] = last
    return adv, adv + val


torch.manual_seed(24)
env, agent = PointEnv(8, 24), ActorCritic()
opt = torch.optim.Adam(agent.parameters(), lr=3e-3, eps=1e-5)
for update in range(6):
    data = rollout(env, agent)
    adv, ret = gae(data["rew"], data["val"])
    flat = {k: v.flatten(0, 1) for k, v in data.items()}
    adv, ret = adv.flatten(), ret.flatten()
    for _ in range(3):
        for rows in torch.randperm(len(ret)).split(20):
            d = agent.dist(flat["obs"][rows])
            ratio = (d.log_prob(flat["act"][rows]).sum(-1) - flat["logp"][rows]).exp()
            a = adv[rows]
            a = (a - a.mean()) / (a.std() + 1e-8)
            policy = -torch.min(ratio * a, ratio.clamp(0.8, 1.2) * a).mean()
            value = 0.5 * (agent.value(flat["obs"][rows]) - ret[rows]).pow(2).mean()
            loss = policy + 0.5 * value - 0.001 * d.entropy().sum(-1).mean()
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
            opt.step()
    print(update, data["rew"].sum(0).mean().item())
