import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--overfit-one-batch", type=int, default=1)
parser.add_argument("--steps", type=int, default=60)
args = parser.parse_args()

torch.manual_seed(45)
x = torch.randn(300, 10)
y = torch.randint(0, 4, (300,))
loader = DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True)
model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 4))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)


def batches():
    if args.overfit_one_batch:
        one = next(iter(loader))
        while True:
            yield one
    while True:
        yield from loader


for step, (xb, yb) in zip(range(args.steps), batches()):
    loss = nn.functional.cross_entropy(model(xb), yb)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("can overfit:", loss.item() < 0.1)
