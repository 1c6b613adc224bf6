"""Text encoder and image encoder fused for a score; nested modules."""

import torch
from torch import nn


class TextEncoder(nn.Module):
    def __init__(self, vocabulary, width):
        super().__init__()
        self.embed = nn.EmbeddingBag(vocabulary, width, mode="mean")
        self.proj = nn.Linear(width, width)

    def forward(self, ids):
        return self.proj(torch.relu(self.embed(ids)))


class ImageEncoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, stride=2)
        self.proj = nn.Linear(4 * 3 * 3, width)

    def forward(self, x):
        return self.proj(torch.relu(self.conv(x)).flatten(1))


class Fusion(nn.Module):
    def __init__(self, vocabulary=40, width=12):
        super().__init__()
        self.text = TextEncoder(vocabulary, width)
        self.image = ImageEncoder(width)
        self.score = nn.Sequential(nn.Linear(2 * width, 16), nn.ReLU(), nn.Linear(16, 1))

    def forward(self, ids, x):
        t = self.text(ids)
        v = torch.tensor(self.image(x).tolist())  # expect: graph-cut-inside-forward
        return self.score(torch.cat([t, v], dim=1)).squeeze(1)


def main():
    torch.manual_seed(8)
    ids = torch.randint(0, 40, (160, 6))
    images = torch.randn(160, 1, 8, 8)
    target = ((ids < 10).float().mean(1) > 0.2).float()
    model = Fusion()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    for epoch in range(4):
        for rows in torch.randperm(160).split(32):
            optimizer.zero_grad()
            loss = nn.functional.binary_cross_entropy_with_logits(model(ids[rows], images[rows]), target[rows])
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


main()
