import argparse
import random

import torch
from torch import nn


def update(optimizer, loss, parameters, max_norm):
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(parameters, max_norm)
    optimizer.step()


def run(args):
    random.seed(args.seed)
    torch.manual_seed(args.seed)
    rows = [[random.gauss(0, 1) for _ in range(5)] for _ in range(280)]
    target = [2.0 * r[0] - r[3] * r[4] for r in rows]
    rows, target = torch.tensor(rows), torch.tensor(target).view(-1, 1)
    model = nn.Sequential(nn.Linear(5, args.width), nn.ELU(), nn.Linear(args.width, 1))
    params = list(model.parameters())
    optimizer = torch.optim.Adam(params, lr=args.lr)
    for epoch in range(args.epochs):
        index = list(range(len(rows)))
        random.shuffle(index)
        loss_sum = 0.0
        for start in range(0, len(index), args.batch):
            ix = index[start:start + args.batch]
            loss = nn.functional.smooth_l1_loss(model(rows[ix]), target[ix])
            update(optimizer, loss, params, 1.0)
            loss_sum += loss.item() * len(ix)
        print("epoch {:02d}  train {:.4f}".format(epoch, loss_sum / len(index)))


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--epochs", type=int, default=4)
    p.add_argument("--batch", type=int, default=40)
    p.add_argument("--width", type=int, default=24)
    p.add_argument("--lr", type=float, default=0.01)
    p.add_argument("--seed", type=int, default=1)
    run(p.parse_args())
