import torch
import torch.nn as nn
torch.manual_seed(91)

bb = nn.Sequential(nn.Conv1d(1, 8, 5, padding=2), nn.BatchNorm1d(8), nn.ReLU(), nn.AdaptiveAvgPool1d(2), nn.Flatten())
src_head, tgt_head = nn.Linear(16, 2), nn.Linear(16, 3)
t = torch.arange(20.)

# phase 1: source task
ys = torch.randint(0, 2, (160,))
xs = torch.sin(t * (1 + ys[:, None]) * .4).unsqueeze(1) + .2 * torch.randn(160, 1, 20)
opt = torch.optim.Adam(list(bb.parameters()) + list(src_head.parameters()), lr=5e-3)
for b in torch.randperm(160).split(16):
    opt.zero_grad()
    nn.functional.cross_entropy(src_head(bb(xs[b])), ys[b]).backward()
    opt.step()

# phase 2: target task, body frozen
for p in bb.parameters():
    p.requires_grad_(False)  # expect: frozen-backbone-batchnorm-drifts
yt = torch.randint(0, 3, (120,))
xt = 2 * torch.cos(t * (1 + yt[:, None]) * .3).unsqueeze(1) + 1 + .2 * torch.randn(120, 1, 20)
opt2 = torch.optim.Adam(tgt_head.parameters(), lr=1e-2)
for epoch in range(3):
    for b in torch.randperm(120).split(12):
        opt2.zero_grad()
        loss = nn.functional.cross_entropy(tgt_head(bb(xt[b])), yt[b])  # expect: frozen-backbone-batchnorm-drifts
        loss.backward()
        opt2.step()
    print(epoch, loss.item())
