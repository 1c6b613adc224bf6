"""Kaggle style: folds, out-of-fold predictions, early stopping, best weights kept in memory."""
import copy
import gc
import time

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset


class CFG:
    seed = 2024
    n_fold = 3
    epochs = 4
    bs = 32
    lr = 5e-3
    patience = 2
    device = "cuda" if torch.cuda.is_available() else "cpu"


class TabDS(Dataset):
    def __init__(self, X, y=None):
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, idx):
        item = {"x": torch.tensor(self.X[idx], dtype=torch.float)}
        if self.y is not None:
            item["y"] = torch.tensor(self.y[idx], dtype=torch.float)
        return item


class Model(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.net = nn.Sequential(nn.BatchNorm1d(n), nn.Linear(n, 32), nn.PReLU(), nn.Dropout(0.1), nn.Linear(32, 1))

    def forward(self, x):
        return self.net(x).view(-1)


def train_fn(fold, epoch, loader, model, criterion, optimizer):
    model.train()
    total, count = 0, 0
    for batch in loader:
        x, y = batch["x"].to(CFG.device), batch["y"].to(CFG.device)
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        total += loss.item() * x.size(0)
        count += x.size(0)
    return total / count


def valid_fn(loader, model, criterion):
    model.eval()
    preds, total, count = [], 0, 0
    for batch in loader:
        x, y = batch["x"].to(CFG.device), batch["y"].to(CFG.device)
        with torch.no_grad():
            p = model(x)
        total += criterion(p, y).item() * x.size(0)
        count += x.size(0)
        preds.append(p.sigmoid().to("cpu").numpy())
    return total / count, np.concatenate(preds)


np.random.seed(CFG.seed)
torch.manual_seed(CFG.seed)
X = np.random.randn(310, 8) * np.arange(1, 9)
y = (X[:, 0] + 0.3 * X[:, 3] + 0.5 * np.random.randn(310) > 0).astype(int)
oof = np.zeros(len(X))
fold_of = np.random.permutation(len(X)) % CFG.n_fold
for fold in range(CFG.n_fold):
    start = time.time()
    trn, val = np.where(fold_of != fold)[0], np.where(fold_of == fold)[0]
    train_loader = DataLoader(TabDS(X[trn], y[trn]), CFG.bs, shuffle=True, drop_last=True)
    valid_loader = DataLoader(TabDS(X[val], y[val]), CFG.bs * 2, shuffle=False)
    model = Model(8).to(CFG.device)
    optimizer = torch.optim.Adam(model.parameters(), lr=CFG.lr, weight_decay=1e-5)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="min", factor=0.5, patience=1)
    criterion = nn.BCEWithLogitsLoss()
    best, best_state, wait = np.inf, None, 0
    for epoch in range(CFG.epochs):
        tl = train_fn(fold, epoch, train_loader, model, criterion, optimizer)
        vl, preds = valid_fn(valid_loader, model, criterion)
        scheduler.step(vl)
        if vl < best:
            best, best_state, wait = vl, copy.deepcopy(model.state_dict()), 0
        else:
            wait += 1
            if wait >= CFG.patience:
                break
    model.load_state_dict(best_state)
    _, oof[val] = valid_fn(valid_loader, model, criterion)
    print(f"fold {fold} best {best:.4f}")
    del model, optimizer, train_loader, valid_loader
    gc.collect()
print("acc", ((oof > 0.5) == y).mean())
