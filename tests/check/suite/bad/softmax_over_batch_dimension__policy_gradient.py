"""REINFORCE on a contextual bandit."""
import torch
from torch import nn

torch.manual_seed(30)
W = torch.randn(5, 4)


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(5, 32)
        self.fc2 = nn.Linear(32, 4)

    def forward(self, state):
        return torch.softmax(self.fc2(torch.tanh(self.fc1(state))), 0)  # expect: softmax-over-batch-dimension


policy = Policy()
opt = torch.optim.Adam(policy.parameters(), lr=1e-2)
baseline = 0.0
for episode in range(30):
    states = torch.randn(32, 5)
    probs = policy(states)
    actions = torch.multinomial(probs, 1).squeeze(1)
    rewards = (actions == (states @ W).argmax(1)).float()
    chosen = probs[torch.arange(32), actions].clamp_min(1e-8).log()
    loss = -(chosen * (rewards - baseline)).mean()
    baseline = 0.9 * baseline + 0.1 * rewards.mean().item()
    opt.zero_grad()
    loss.backward()
    opt.step()
print(baseline)
