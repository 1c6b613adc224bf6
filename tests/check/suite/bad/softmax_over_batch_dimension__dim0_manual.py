import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(2)


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 16)
        self.out = nn.Linear(16, 3)

    def forward(self, x):
        return F.softmax(self.out(F.relu(self.fc(x))), dim=0)  # expect: softmax-over-batch-dimension


state = torch.randn(240, 4)
expert = state[:, :3].argmin(1)
policy = Policy()
opt = torch.optim.Adam(policy.parameters(), lr=1e-2)
for epoch in range(4):
    for b in torch.randperm(240).split(24):
        prob = policy(state[b])
        loss = -torch.log(prob.gather(1, expert[b].unsqueeze(1)) + 1e-8).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
