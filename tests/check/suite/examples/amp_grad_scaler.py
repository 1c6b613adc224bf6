import argparse
import os
import tempfile

import torch
import torch.nn as nn
from torch.amp import GradScaler, autocast
from torch.utils.data import DataLoader, TensorDataset


def save_checkpoint(path, model, optimizer, scaler, epoch):
    torch.save({'model': model.state_dict(), 'optimizer': optimizer.state_dict(), 'scaler': scaler.state_dict(), 'epoch': epoch}, path)


def train_one_epoch(model, loader, optimizer, scaler, accum, clip):
    model.train()
    total, seen = 0.0, 0
    optimizer.zero_grad()
    for i, (x, y) in enumerate(loader):
        with autocast('cpu', dtype=torch.bfloat16):
            loss = nn.functional.cross_entropy(model(x), y)
        scaler.scale(loss / accum).backward()
        total += loss.item() * len(x)
        seen += len(x)
        if (i + 1) % accum == 0:
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(model.parameters(), clip)
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad()
    return total / seen


def main(args):
    torch.manual_seed(args.seed)
    x = torch.randn(352, 10)
    y = (x[:, :3] + x[:, 3:6]).argmax(1)
    loader = DataLoader(TensorDataset(x[:256], y[:256]), batch_size=16, shuffle=True)
    model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Dropout(0.05), nn.Linear(32, 3))
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    scaler = GradScaler('cpu', enabled=args.scale, init_scale=2.0**10)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'checkpoint.pt')
        for epoch in range(args.epochs):
            loss = train_one_epoch(model, loader, optimizer, scaler, args.accum, args.clip)
            save_checkpoint(path, model, optimizer, scaler, epoch)
            model.eval()
            with torch.no_grad():
                acc = (model(x[256:]).argmax(1) == y[256:]).float().mean().item()
            print(f'epoch {epoch} loss {loss:.4f} acc {acc:.3f}')
        model.load_state_dict(torch.load(path)['model'])


if __name__ == '__main__':
    p = argparse.ArgumentParser()
    p.add_argument('--no-scale', dest='scale', action='store_false')
    p.add_argument('--accum', type=int, default=2)
    p.add_argument('--clip', type=float, default=1.0)
    p.add_argument('--lr', type=float, default=8e-3)
    p.add_argument('--epochs', type=int, default=4)
    p.add_argument('--seed', type=int, default=3)
    main(p.parse_args())
