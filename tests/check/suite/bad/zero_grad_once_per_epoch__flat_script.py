import numpy as np, torch
from torch import nn

rng = np.random.default_rng(0); torch.manual_seed(0)
N = 360
age = rng.normal(45, 12, N); bmi = rng.normal(26, 4, N); smoke = rng.integers(0, 2, N)
charge = 200 * age + 300 * bmi + 9000 * smoke + rng.normal(0, 500, N)
A = np.c_[(age - age.mean()) / age.std(), (bmi - bmi.mean()) / bmi.std(), smoke]
b = (charge - charge.mean()) / charge.std()
A = torch.tensor(A, dtype=torch.float32); b = torch.tensor(b, dtype=torch.float32)

reg = nn.Sequential(nn.Linear(3, 10), nn.ReLU(), nn.Linear(10, 1))
adam = torch.optim.Adam(reg.parameters(), lr=2e-3)
for ep in range(5):
    shuffled = torch.randperm(N)
    adam.zero_grad()  # expect: zero-grad-once-per-epoch
    s = 0.
    for j in range(0, N, 36):
        rows = shuffled[j:j+36]
        l = ((reg(A[rows]).squeeze(1) - b[rows])**2).mean()
        l.backward()  # expect: zero-grad-once-per-epoch
        adam.step()  # expect: zero-grad-once-per-epoch
        s += l.item()
    print('ep', ep, 'mse', s / 10)
