"""Atari-like: frames of bytes as floats, divided in forward; and a backbone loaded in part with strict=False."""
import torch
from torch import nn


class QNet(nn.Module):
    def __init__(self, actions=3):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(2, 6, 4, 2), nn.ReLU(), nn.Conv2d(6, 8, 3), nn.ReLU(), nn.Flatten())
        self.q = nn.Linear(72, actions)

    def forward(self, x):
        return self.q(self.conv(x / 255.0))


torch.manual_seed(2)
net, target = QNet(), QNet()
target.load_state_dict(net.state_dict())
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
frames = torch.randint(0, 256, (256, 2, 12, 12)).float()
actions, rewards = torch.randint(0, 3, (256,)), frames[:, 0].mean((1, 2)) / 128 - 1
for step in range(30):
    ix = torch.randint(0, 255, (32,))
    with torch.no_grad():
        goal = rewards[ix] + 0.9 * target(frames[ix + 1]).max(1).values
    q = net(frames[ix]).gather(1, actions[ix][:, None]).squeeze(1)
    loss = nn.functional.smooth_l1_loss(q, goal)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 10 == 9:
        target.load_state_dict(net.state_dict())
print(loss.item())
five = QNet(actions=5)
part = {k: v for k, v in net.state_dict().items() if k.startswith("conv")}
print(five.load_state_dict(part, strict=False).missing_keys)
