import random

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset


class CFG:
    seed = 2021
    n_folds = 2
    epochs = 3
    train_bs = 32
    valid_bs = 64
    lr = 2e-3
    n_features = 18


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


seed_everything(CFG.seed)


class TabularDataset(Dataset):
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __len__(self):
        return len(self.x)

    def __getitem__(self, idx):
        return {
            "features": torch.tensor(self.x[idx], dtype=torch.float),
            "label": torch.tensor(self.y[idx], dtype=torch.float),
        }


class TabularNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.BatchNorm1d(CFG.n_features), nn.Linear(CFG.n_features, 48), nn.PReLU(), nn.Dropout(0.2), nn.Linear(48, 1)
        )

    def forward(self, x):
        return self.net(x).squeeze(-1)


def train_fn(model, loader, optimizer, loss_fn, device):
    model.train()
    total, count = 0.0, 0
    for data in loader:
        inputs, targets = data["features"].to(device), data["label"].to(device)
        outputs = model(inputs)
        loss = loss_fn(outputs, targets)
        loss.backward()
        optimizer.step()  # expect: missing-zero-grad
        total += loss.item() * len(targets)
        count += len(targets)
    return total / count


def valid_fn(model, loader, loss_fn, device):
    model.eval()
    preds, total, count = [], 0.0, 0
    for data in loader:
        inputs, targets = data["features"].to(device), data["label"].to(device)
        with torch.no_grad():
            outputs = model(inputs)
        total += loss_fn(outputs, targets).item() * len(targets)
        count += len(targets)
        preds.append(outputs.sigmoid().cpu().numpy())
    return total / count, np.concatenate(preds)


X = np.random.randn(420, CFG.n_features).astype(np.float32)
Y = (X[:, 0] + X[:, 1] * X[:, 2] + 0.3 * np.random.randn(420) > 0).astype(np.float32)
fold_of = np.random.permutation(420) % CFG.n_folds
oof = np.zeros(420)
for fold in range(CFG.n_folds):
    trn, val = np.where(fold_of != fold)[0], np.where(fold_of == fold)[0]
    trainloader = DataLoader(TabularDataset(X[trn], Y[trn]), batch_size=CFG.train_bs, shuffle=True)
    validloader = DataLoader(TabularDataset(X[val], Y[val]), batch_size=CFG.valid_bs, shuffle=False)
    model = TabularNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=CFG.lr, weight_decay=1e-5)
    loss_fn = nn.BCEWithLogitsLoss()
    for epoch in range(CFG.epochs):
        train_loss = train_fn(model, trainloader, optimizer, loss_fn, "cpu")
        valid_loss, valid_preds = valid_fn(model, validloader, loss_fn, "cpu")
        print(f"FOLD {fold} EPOCH {epoch} train {train_loss:.4f} valid {valid_loss:.4f}")
    oof[val] = valid_preds
print("CV accuracy", ((oof > 0.5) == Y).mean())
