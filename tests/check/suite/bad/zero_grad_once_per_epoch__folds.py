"""5-fold baseline, one cell of a Kaggle kernel."""
import numpy as np
import torch
import torch.nn as nn


class CFG:
    seed = 2026
    n_folds = 4
    epochs = 3
    bs = 32
    lr = 1e-3


def seed_everything(seed):
    np.random.seed(seed)
    torch.manual_seed(seed)


def folds(n, k):
    idx = np.random.permutation(n)
    for part in np.array_split(idx, k):
        yield np.setdiff1d(idx, part), part


seed_everything(CFG.seed)
features = torch.randn(512, 16)
target = (features[:, 0] - features[:, 3] * 0.5 + 0.2 * torch.randn(512)).unsqueeze(1)
oof = np.zeros(512)

for fold, (tr, va) in enumerate(folds(512, CFG.n_folds)):
    net = nn.Sequential(nn.Linear(16, 32), nn.SiLU(), nn.Linear(32, 1))
    optimizer = torch.optim.AdamW(net.parameters(), lr=CFG.lr)
    crit = nn.SmoothL1Loss()
    dl = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(features[tr], target[tr]), batch_size=CFG.bs, shuffle=True, drop_last=True
    )
    for ep in range(CFG.epochs):
        net.train()
        optimizer.zero_grad()  # expect: zero-grad-once-per-epoch
        for xb, yb in dl:
            loss = crit(net(xb), yb)
            loss.backward()
            optimizer.step()  # expect: zero-grad-once-per-epoch
    net.eval()
    with torch.no_grad():
        oof[va] = net(features[va]).squeeze(1).numpy()
print("oof rmse", float(np.sqrt(((oof - target.squeeze(1).numpy()) ** 2).mean())))
