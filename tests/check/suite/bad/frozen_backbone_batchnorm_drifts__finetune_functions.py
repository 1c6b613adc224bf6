"""Fine-tuning: the backbone is frozen, only the head learns."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def conv_block(i, o):
    return nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU(), nn.MaxPool2d(2))


def build():
    backbone = nn.Sequential(conv_block(1, 6), conv_block(6, 12), nn.Flatten())
    return nn.Sequential(backbone, nn.Linear(48, 2))


def freeze(module):
    for p in module.parameters():
        p.requires_grad = False  # expect: frozen-backbone-batchnorm-drifts


def loop(model, loader, optimizer, epochs, label):
    for epoch in range(epochs):
        model.train()  # expect: frozen-backbone-batchnorm-drifts
        for x, y in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
        print(label, epoch, loss.item())


def main():
    torch.manual_seed(20)
    model = build()
    x = torch.randn(160, 1, 8, 8)
    y = (x[:, 0, :4].mean((1, 2)) > x[:, 0, 4:].mean((1, 2))).long()
    loop(
        model,
        DataLoader(TensorDataset(x, y), 32, shuffle=True),
        torch.optim.Adam(model.parameters(), 3e-3),
        2,
        "pretrain",
    )

    freeze(model[0])
    model[1] = nn.Linear(48, 2)
    shifted = 1.5 * torch.randn(160, 1, 8, 8) + 0.5
    z = (shifted[:, 0, :, :4].mean((1, 2)) > shifted[:, 0, :, 4:].mean((1, 2))).long()
    loop(
        model,
        DataLoader(TensorDataset(shifted, z), 32, shuffle=True),
        torch.optim.Adam(model[1].parameters(), 1e-2),
        3,
        "finetune",
    )


main()
