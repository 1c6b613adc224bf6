"""'Reproducible' initialisation through Module.apply."""
import torch
import torch.nn as nn


def weights_init(m):
    if isinstance(m, (nn.Linear, nn.Conv1d)):
        nn.init.constant_(m.weight, 0.05)  # expect: constant-weight-initialisation
        nn.init.zeros_(m.bias)


class Wave(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv1d(2, 8, 3, padding=1), nn.ReLU(), nn.Conv1d(8, 8, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool1d(4)
        )
        self.classifier = nn.Linear(32, 3)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


torch.manual_seed(1)
model = Wave()
model.apply(weights_init)  # expect: constant-weight-initialisation
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
y = torch.randint(0, 3, (300,))
t = torch.linspace(0, 1, 16)
x = torch.stack([(2 + 3 * y[:, None]) * t, y[:, None] * t.flip(0)], 1).sin() + 0.1 * torch.randn(300, 2, 16)
for epoch in range(4):
    for ix in torch.randperm(300).split(30):
        opt.zero_grad(set_to_none=True)
        loss = nn.functional.cross_entropy(model(x[ix]), y[ix])
        loss.backward()
        opt.step()  # expect: constant-weight-initialisation
    print(epoch, loss.item())
