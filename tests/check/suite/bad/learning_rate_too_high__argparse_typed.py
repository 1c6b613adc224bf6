"""Regression with typed command-line options."""

import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}


def positive(text):
    value = float(text)
    if value <= 0:
        raise argparse.ArgumentTypeError("must be positive")
    return value


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=positive, default="8.0")  # expect: learning-rate-too-high
    parser.add_argument("--activation", type=ACTIVATIONS.get, default="gelu")
    parser.add_argument("--epochs", type=int, default=4)
    args = parser.parse_args()

    torch.manual_seed(40)
    x = torch.randn(256, 8)
    y = (x @ torch.randn(8, 1)) + 0.05 * torch.randn(256, 1)
    loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
    model = nn.Sequential(nn.Linear(8, 32), args.activation(), nn.Linear(32, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)  # expect: learning-rate-too-high
    for epoch in range(args.epochs):
        total = 0.0
        for a, b in loader:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(a), b)
            loss.backward()  # also: non-finite-loss
            optimizer.step()  # expect: learning-rate-too-high
            total += loss.item()
        print(epoch, total / len(loader))


main()
