# the threshold is multiplied by the scale, so clipping scaled gradients is the same ratio
import torch
import torch.nn as nn

torch.manual_seed(3)
max_norm = 1.0
x = torch.randn(240, 6)
t = torch.sin(x).sum(1, keepdim=True)
net = nn.Sequential(nn.Linear(6, 32), nn.Tanh(), nn.Linear(32, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.05)
scaler = torch.amp.GradScaler("cpu", init_scale=256.0)
for epoch in range(4):
    for b in torch.randperm(240).split(24):
        opt.zero_grad()
        loss = (net(x[b]) - t[b]).square().mean()
        scaler.scale(loss).backward()
        nn.utils.clip_grad_norm_(net.parameters(), max_norm * scaler.get_scale())
        scaler.step(opt)
        scaler.update()
    print(epoch, round(loss.item(), 4))
