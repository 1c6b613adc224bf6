import torch
import torch.nn as nn
from torch.distributions import Categorical
from torch.utils.data import BatchSampler, SubsetRandomSampler


class Actor(nn.Module):
    def __init__(self):
        super(Actor, self).__init__()
        self.fc = nn.Linear(3, 24)
        self.head = nn.Linear(24, 2)

    def forward(self, x):
        return torch.softmax(self.head(torch.relu(self.fc(x))), dim=1)


class Critic(nn.Module):
    def __init__(self):
        super(Critic, self).__init__()
        self.fc = nn.Linear(3, 24)
        self.head = nn.Linear(24, 1)

    def forward(self, x):
        return self.head(torch.relu(self.fc(x)))


class Thermostat:
    """keep a room near 0; heat (1) or rest (0)"""

    def reset(self):
        self.t, self.k = torch.rand(1).item() * 2 - 1, 0
        return self._obs()

    def _obs(self):
        return torch.tensor([self.t, self.t ** 2, self.k / 10])

    def step(self, a):
        self.k += 1
        self.t += 0.25 * (2 * a - 1) + 0.05 * torch.randn(1).item()
        return self._obs(), -abs(self.t), self.k == 10


class PPO:
    clip_param, max_grad_norm, epochs, batch = 0.2, 0.5, 3, 20

    def __init__(self):
        self.actor_net, self.critic_net = Actor(), Critic()
        self.buffer = []
        self.actor_optimizer = torch.optim.Adam(self.actor_net.parameters(), 5e-3)
        self.critic_net_optimizer = torch.optim.Adam(self.critic_net.parameters(), 1e-2)

    def select_action(self, state):
        with torch.no_grad():
            prob = self.actor_net(state.unsqueeze(0))
        c = Categorical(prob)
        a = c.sample()
        return a.item(), prob[0, a.item()].item()

    def update(self):
        state = torch.stack([t[0] for t in self.buffer])
        action = torch.tensor([t[1] for t in self.buffer]).view(-1, 1)
        old_prob = torch.tensor([t[2] for t in self.buffer]).view(-1, 1)
        R, Gt = 0, []
        for _, _, _, r, done in reversed(self.buffer):
            R = r + 0.9 * R * (not done)
            Gt.insert(0, R)
        Gt = torch.tensor(Gt).view(-1, 1)
        for _ in range(self.epochs):
            for index in BatchSampler(SubsetRandomSampler(range(len(self.buffer))), self.batch, False):
                V = self.critic_net(state[index])
                advantage = (Gt[index] - V).detach()
                advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
                ratio = self.actor_net(state[index]).gather(1, action[index]) / old_prob[index]
                surr1 = ratio * advantage
                surr2 = torch.clamp(ratio, 1 - self.clip_param, 1 + self.clip_param) * advantage
                action_loss = -torch.min(surr1, surr2).mean()
                self.actor_optimizer.zero_grad()
                action_loss.backward()
                nn.utils.clip_grad_norm_(self.actor_net.parameters(), self.max_grad_norm)
                self.actor_optimizer.step()
                value_loss = nn.functional.mse_loss(Gt[index], V)
                self.critic_net_optimizer.zero_grad()
                value_loss.backward()
                nn.utils.clip_grad_norm_(self.critic_net.parameters(), self.max_grad_norm)
                self.critic_net_optimizer.step()
        del self.buffer[:]


torch.manual_seed(1)
agent, env = PPO(), Thermostat()
for i in range(4):
    score = 0.0
    for _ in range(4):
        s, done = env.reset(), False
        while not done:
            a, p = agent.select_action(s)
            s2, r, done = env.step(a)
            agent.buffer.append((s, a, p, r, done))
            s, score = s2, score + r
    agent.update()
    print('round', i, 'mean return', round(score / 4, 3))
