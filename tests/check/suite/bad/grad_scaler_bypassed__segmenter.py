import torch
from torch import nn
from torch.amp import GradScaler, autocast


class Segmenter(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.down = nn.Conv2d(1, width, 3, stride=2, padding=1)
        self.mid = nn.Conv2d(width, width, 3, padding=1)
        self.up = nn.ConvTranspose2d(width, 1, 2, stride=2)

    def forward(self, x):
        x = torch.relu(self.down(x))
        x = torch.relu(self.mid(x))
        return self.up(x)


def blobs(n, size=16):
    images = torch.zeros(n, 1, size, size)
    for image in images:
        r, c = torch.randint(2, size - 4, (2,)).tolist()
        image[0, r : r + 4, c : c + 4] = 1.0
    return images + 0.2 * torch.randn_like(images), images


def train(steps=30):
    torch.manual_seed(4)
    model = Segmenter()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    scaler = GradScaler("cpu", init_scale=1024.0)
    criterion = nn.BCEWithLogitsLoss()
    for step in range(steps):
        x, mask = blobs(16)
        optimizer.zero_grad()
        with autocast("cpu", dtype=torch.bfloat16):
            out = model(x)
        loss = criterion(out.float(), mask)
        scaler.scale(loss).backward()
        optimizer.step()  # expect: grad-scaler-bypassed
    print("final", loss.item())


train()
