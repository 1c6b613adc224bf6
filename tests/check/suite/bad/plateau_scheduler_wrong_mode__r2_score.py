import numpy as np, torch
import torch.nn.functional as F

torch.manual_seed(37); rng = np.random.RandomState(37)
X = rng.randn(360, 5).astype('f4'); t = np.tanh(X[:, 0]) + .5 * X[:, 1] ** 2
X, t = torch.tensor(X), torch.tensor(t, dtype=torch.float32)
f = torch.nn.Sequential(torch.nn.Linear(5, 30), torch.nn.ELU(), torch.nn.Linear(30, 1))
opt = torch.optim.RMSprop(f.parameters(), lr=5e-3)
sch = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, 'min', factor=.5, patience=1)  # expect: plateau-scheduler-wrong-mode
for ep in range(8):
    for i in torch.randperm(300).split(30):
        l = F.mse_loss(f(X[i]).squeeze(1), t[i])
        opt.zero_grad(); l.backward(); opt.step()
    with torch.no_grad():
        p = f(X[300:]).squeeze(1)
        r2 = 1 - ((p - t[300:])**2).sum().item() / ((t[300:] - t[300:].mean())**2).sum().item()
    sch.step(r2)  # expect: plateau-scheduler-wrong-mode
    print(ep, 'r2 %.3f lr %g' % (r2, opt.param_groups[0]['lr']))
