import torch
from torch import nn

torch.manual_seed(23)


def soft_dice(logits, mask):
    p = torch.sigmoid(logits).detach().numpy()
    m = mask.numpy()
    inter = (p * m).sum()
    return 1 - 2 * inter / (p.sum() + m.sum() + 1e-6)


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(1, 6, 3, padding=1)
        self.b = nn.Conv2d(6, 1, 1)

    def forward(self, x):
        return self.b(torch.relu(self.a(x)))


def scene(n):
    mask = (torch.rand(n, 1, 10, 10) > 0.7).float()
    return mask + 0.3 * torch.randn_like(mask), mask


model = Small()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for step in range(20):
    image, mask = scene(16)
    optimizer.zero_grad()
    loss = torch.tensor(soft_dice(model(image), mask), requires_grad=True)  # expect: loss-detached-from-model
    loss.backward()  # expect: loss-detached-from-model
    optimizer.step()  # expect: loss-detached-from-model
    if step % 5 == 0:
        print(step, loss.item())
