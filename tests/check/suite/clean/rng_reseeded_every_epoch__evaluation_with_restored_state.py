import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(44)


class Denoiser(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(d, 48), nn.ReLU(), nn.Linear(48, d))

    def forward(self, x):
        return self.net(x)


def evaluate(model, data, seed=0):
    """The same noise in every epoch, so that epochs compare."""
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    noisy = data + 0.5 * torch.randn_like(data)
    model.eval()
    with torch.no_grad():
        value = nn.functional.mse_loss(model(noisy), data).item()
    torch.set_rng_state(state)
    return value


basis = torch.randn(3, 12)
train_x, val_x = torch.randn(400, 3) @ basis, torch.randn(80, 3) @ basis
loader = DataLoader(TensorDataset(train_x), batch_size=40, shuffle=True)
model = Denoiser(12)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(5):
    model.train()
    for (x,) in loader:
        loss = nn.functional.mse_loss(model(x + 0.5 * torch.randn_like(x)), x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.random.fork_rng():
        torch.manual_seed(5)
        sample = model(torch.randn(2, 12)).detach()
    print(epoch, evaluate(model, val_x), sample.mean().item())
