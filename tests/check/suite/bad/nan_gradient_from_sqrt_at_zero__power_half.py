# embed cities so that distances on the map match the table of distances
import torch
torch.manual_seed(2)
true_pos = torch.rand(30, 2)
table = torch.cdist(true_pos, true_pos)
feat = torch.cat([true_pos, torch.randn(30, 4)], 1)
f = torch.nn.Linear(6, 2)
opt = torch.optim.SGD(f.parameters(), lr=0.05)
for it in range(25):
    p = f(feat)
    diff = p[:, None, :] - p[None, :, :]
    d = (diff * diff).sum(-1) ** 0.5  # expect: nan-gradient-from-sqrt-at-zero
    stress = ((d - table) ** 2).mean()
    opt.zero_grad()
    stress.backward()
    opt.step()
    if it % 6 == 0: print(it, stress.item())
