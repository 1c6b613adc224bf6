import torch
from torch import nn


class CaptionModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(10, 24), nn.ReLU(), nn.Dropout(0.2))
        self.decoder = nn.Sequential(nn.Linear(24, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Linear(24, 4))

    def forward(self, x):
        return self.decoder(self.encoder(x))


def validate(model, x, y):
    model.encoder.eval()
    with torch.no_grad():
        acc = (model(x).argmax(1) == y).float().mean().item()  # expect: validation-in-train-mode
    model.train()
    return acc


torch.manual_seed(60)
x = torch.randn(360, 10)
y = x[:, :4].argmax(1)
model = CaptionModel()
opt = torch.optim.AdamW(model.parameters(), lr=4e-3)
for epoch in range(4):
    for b in torch.randperm(288).split(32):
        loss = nn.functional.cross_entropy(model(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("epoch", epoch, "accuracy", validate(model, x[288:], y[288:]))
