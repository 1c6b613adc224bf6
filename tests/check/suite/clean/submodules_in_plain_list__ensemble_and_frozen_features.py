import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class PerceptualLoss(nn.Module):
    """Distances between features of a fixed net, which must not be saved with the model."""

    def __init__(self, features):
        super().__init__()
        features.eval()
        for p in features.parameters():
            p.requires_grad_(False)
        self._slices = [features[:2], features[2:4]]
        self._hidden = (features,)

    def forward(self, a, b):
        loss = 0.0
        for part in self._slices:
            a, b = part(a), part(b)
            loss = loss + nn.functional.l1_loss(a, b)
        return loss


class Denoiser(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv1d(1, 8, 5, padding=2), nn.ReLU(), nn.Conv1d(8, 1, 5, padding=2))
        self.activations = [nn.ReLU(), nn.Tanh()]

    def forward(self, x):
        return x + self.activations[1](self.body(x))


def signals(n):
    t = torch.linspace(0, 6.28, 32)
    clean = torch.sin(t * torch.randint(1, 4, (n, 1)) + torch.rand(n, 1) * 6).unsqueeze(1)
    return TensorDataset(clean + 0.3 * torch.randn(n, 1, 32), clean)


torch.manual_seed(37)
features = nn.Sequential(nn.Conv1d(1, 6, 3), nn.ReLU(), nn.Conv1d(6, 6, 3), nn.ReLU())
members = [Denoiser() for _ in range(2)]
optimizers = [torch.optim.Adam(m.parameters(), lr=3e-3) for m in members]
perceptual = PerceptualLoss(features)
train, test = signals(200), signals(40)
for epoch in range(3):
    for model, opt in zip(members, optimizers):
        model.train()
        for noisy, clean in DataLoader(train, batch_size=20, shuffle=True):
            out = model(noisy)
            loss = nn.functional.mse_loss(out, clean) + 0.1 * perceptual(out, clean)
            opt.zero_grad()
            loss.backward()
            opt.step()
    with torch.no_grad():
        noisy, clean = test.tensors
        mean = torch.stack([m.eval()(noisy) for m in members]).mean(0)
        print(epoch, nn.functional.mse_loss(mean, clean).item())
