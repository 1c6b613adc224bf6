# in k-fold a row is trained on in one fold and validated in another, but never by the same model
import numpy as np
import torch
from torch import nn

rng = np.random.default_rng(9)
torch.manual_seed(9)
x = rng.normal(size=(240, 5)).astype("float32")
y = (np.tanh(x[:, :1]) + 0.5 * x[:, 1:2]).astype("float32")
folds = np.array_split(rng.permutation(240), 4)
scores = []
for k, held in enumerate(folds):
    rest = np.concatenate([f for j, f in enumerate(folds) if j != k])
    xt, yt = torch.from_numpy(x[rest]), torch.from_numpy(y[rest])
    xv, yv = torch.from_numpy(x[held]), torch.from_numpy(y[held])
    model = nn.Sequential(nn.Linear(5, 20), nn.ReLU(), nn.Linear(20, 1))
    opt = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(4):
        for b in torch.randperm(len(xt)).split(30):
            opt.zero_grad()
            nn.functional.mse_loss(model(xt[b]), yt[b]).backward()
            opt.step()
    model.eval()
    with torch.no_grad():
        scores.append(nn.functional.mse_loss(model(xv), yv).item())
print([round(s, 3) for s in scores])
