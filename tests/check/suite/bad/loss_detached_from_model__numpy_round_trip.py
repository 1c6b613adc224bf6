"""Image denoising where the metric helper also serves as the loss."""

import torch
from torch import nn

torch.manual_seed(2)


def blur(images):
    return nn.functional.avg_pool2d(images, 3, stride=1, padding=1)


class Denoiser(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 1, 3, padding=1))

    def forward(self, x):
        return x + self.body(x)


def rmse(output, target):
    difference = torch.tensor(output.detach().numpy() - target.numpy(), requires_grad=True)  # expect: loss-detached-from-model
    return difference.pow(2).mean().sqrt()


clean = blur(torch.rand(96, 1, 12, 12))
noisy = clean + 0.1 * torch.randn_like(clean)
model = Denoiser()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

for epoch in range(3):
    losses = []
    for rows in torch.randperm(96).split(16):
        optimizer.zero_grad()
        loss = rmse(model(noisy[rows]), clean[rows])
        loss.backward()  # expect: loss-detached-from-model
        optimizer.step()  # expect: loss-detached-from-model
        losses.append(loss.item())
    print(epoch, sum(losses) / len(losses))
