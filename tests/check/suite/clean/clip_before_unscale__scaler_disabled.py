import torch
import torch.nn as nn

torch.manual_seed(0)
amp_on = torch.cuda.is_available()
scaler = torch.amp.GradScaler("cpu", enabled=amp_on)
net = nn.Sequential(nn.Linear(5, 20), nn.ReLU(), nn.Linear(20, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
x = torch.randn(256, 5)
y = x[:, 1:2] - x[:, 2:3]
for epoch in range(3):
    for i in torch.randperm(256).split(32):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x[i]), y[i])
        scaler.scale(loss).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        scaler.step(opt)
        scaler.update()
    print(epoch, loss.item())
