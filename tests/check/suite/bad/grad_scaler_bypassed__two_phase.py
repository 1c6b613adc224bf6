"""Fine-tuning with a warm-up phase; the second phase was written later by someone else."""
import torch
from torch import nn


def batches(x, y, size, rng):
    for ix in torch.randperm(len(x), generator=rng).split(size):
        yield x[ix], y[ix]


def step_head(model, opt, scaler, x, y):
    opt.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = nn.functional.cross_entropy(model(x), y)
    scaler.scale(loss).backward()
    scaler.step(opt)
    scaler.update()
    return loss.item()


def step_full(model, opt, scaler, x, y):
    opt.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = nn.functional.cross_entropy(model(x), y)
    scaler.scale(loss).backward()
    opt.step()  # expect: grad-scaler-bypassed
    return loss.item()


def main():
    torch.manual_seed(9)
    rng = torch.Generator().manual_seed(9)
    x = torch.randn(400, 12)
    y = (x[:, :4].argmax(1)).long()
    body = nn.Sequential(nn.Linear(12, 32), nn.ReLU())
    head = nn.Linear(32, 4)
    model = nn.Sequential(body, head)
    scaler = torch.amp.GradScaler("cpu", init_scale=256.0)
    opt = torch.optim.SGD(head.parameters(), lr=0.05)
    for _ in range(2):
        for xb, yb in batches(x, y, 40, rng):
            step_head(model, opt, scaler, xb, yb)
    opt = torch.optim.SGD(model.parameters(), lr=1e-3)
    scaler = torch.amp.GradScaler("cpu", init_scale=256.0)
    for epoch in range(3):
        losses = [step_full(model, opt, scaler, xb, yb) for xb, yb in batches(x, y, 40, rng)]
        print(epoch, sum(losses) / len(losses))


main()
