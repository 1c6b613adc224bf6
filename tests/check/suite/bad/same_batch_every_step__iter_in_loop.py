import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Denoise(Dataset):
    def __init__(self, n=256):
        g = torch.Generator().manual_seed(0)
        t = torch.linspace(0, 6.28, 24)
        self.clean = torch.sin(torch.rand(n, 1, generator=g) * 6 + t * (1 + torch.rand(n, 1, generator=g)))
        self.noisy = self.clean + 0.3 * torch.randn(n, 24, generator=g)

    def __len__(self):
        return len(self.clean)

    def __getitem__(self, i):
        return self.noisy[i], self.clean[i]


torch.manual_seed(0)
loader = DataLoader(Denoise(), batch_size=32)
model = nn.Sequential(nn.Linear(24, 48), nn.ReLU(), nn.Linear(48, 24))
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
max_iters = 60
for it in range(max_iters):
    noisy, clean = next(iter(loader))  # expect: same-batch-every-step
    loss = nn.functional.mse_loss(model(noisy), clean)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if (it + 1) % 20 == 0:
        print(it + 1, loss.item())
