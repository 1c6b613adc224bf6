"""PPO on a toy control task; rollouts without gradients, several epochs over each rollout."""
import torch
from torch import nn
from torch.distributions import Categorical


class ToyEnv:
    """A cart that must stay near the origin."""

    def __init__(self, n, g):
        self.n, self.g = n, g
        self.reset()

    def reset(self):
        self.s = torch.rand(self.n, 2, generator=self.g) * 2 - 1
        return self.s

    def step(self, a):
        force = (a.float() * 2 - 1) * 0.2
        v = self.s[:, 1] * 0.95 + force
        x = self.s[:, 0] + 0.3 * v
        r = 1 - x.abs()
        dead = x.abs() > 2
        self.s = torch.stack([x, v], 1)
        if dead.any():
            self.s[dead] = torch.rand(int(dead.sum()), 2, generator=self.g) * 2 - 1
        return self.s, r, dead


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.pi = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 2))
        self.v = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))

    def act(self, s):
        d = Categorical(logits=self.pi(s))
        a = d.sample()
        return a, d.log_prob(a), self.v(s).squeeze(-1)


torch.manual_seed(0)
env = ToyEnv(8, torch.Generator().manual_seed(1))
ac = ActorCritic()
opt = torch.optim.Adam(ac.parameters(), lr=3e-3, eps=1e-5)
s = env.reset()
for update in range(6):
    buf = []
    for t in range(16):
        with torch.no_grad():
            a, lp, v = ac.act(s)
        s2, r, done = env.step(a)
        buf.append((s, a, lp, v, r, done.float()))
        s = s2
    S, A, LP, V, R, D = (torch.stack(z) for z in zip(*buf))
    with torch.no_grad():
        nxt = ac.v(s).squeeze(-1)
    adv, last = torch.zeros_like(R), torch.zeros(8)
    for t in reversed(range(16)):
        delta = R[t] + 0.97 * nxt * (1 - D[t]) - V[t]
        last = delta + 0.97 * 0.95 * (1 - D[t]) * last
        adv[t], nxt = last, V[t]
    ret = adv + V
    flat = [z.reshape(-1, *z.shape[2:]) for z in (S, A, LP, adv, ret)]
    for _ in range(4):
        for ix in torch.randperm(128).split(32):
            fs, fa, flp, fadv, fret = (z[ix] for z in flat)
            d = Categorical(logits=ac.pi(fs))
            ratio = (d.log_prob(fa) - flp).exp()
            fadv = (fadv - fadv.mean()) / (fadv.std() + 1e-8)
            pl = -torch.min(ratio * fadv, ratio.clamp(0.8, 1.2) * fadv).mean()
            vl = (ac.v(fs).squeeze(-1) - fret).pow(2).mean()
            loss = pl + 0.5 * vl - 0.01 * d.entropy().mean()
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(ac.parameters(), 0.5)
            opt.step()
    print(update, R.mean().item(), loss.item())
