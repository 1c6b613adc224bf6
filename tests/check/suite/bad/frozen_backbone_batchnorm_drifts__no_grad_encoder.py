import torch
from torch import nn


class FrozenEncoderClassifier(nn.Module):
    def __init__(self, encoder: nn.Module, dim: int, classes: int) -> None:
        super().__init__()
        self.encoder = encoder.requires_grad_(False)  # expect: frozen-backbone-batchnorm-drifts
        self.head = nn.Linear(dim, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            z = self.encoder(x)  # expect: frozen-backbone-batchnorm-drifts
        return self.head(z)


def pretrain(encoder: nn.Module, x: torch.Tensor) -> None:
    dec = nn.Linear(16, x.size(1))
    opt = torch.optim.Adam([*encoder.parameters(), *dec.parameters()], lr=1e-2)
    encoder.train()
    for b in torch.randperm(len(x)).split(32):
        loss = nn.functional.mse_loss(dec(encoder(x[b])), x[b])
        opt.zero_grad()
        loss.backward()
        opt.step()


def finetune(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> None:
    opt = torch.optim.SGD(model.head.parameters(), lr=0.1)
    model.train()  # expect: frozen-backbone-batchnorm-drifts
    for epoch in range(3):
        for b in torch.randperm(len(x)).split(20):
            loss = nn.functional.cross_entropy(model(x[b]), y[b])
            opt.zero_grad()
            loss.backward()
            opt.step()
        print(epoch, loss.item())


torch.manual_seed(46)
encoder = nn.Sequential(nn.Linear(10, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Linear(24, 16))
pretrain(encoder, torch.randn(320, 10))
x = 0.5 * torch.randn(160, 10) + 1.0
finetune(FrozenEncoderClassifier(encoder, 16, 2), x, (x[:, 0] > 1).long())
