# skip the update when the gradient norm explodes, as large runs do
import torch
import torch.nn as nn

torch.manual_seed(31)
net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
scaler = torch.amp.GradScaler("cpu", init_scale=2.0**8, growth_interval=1000)

x = torch.randn(300, 6)
y = x[:, :1] - 2 * x[:, 1:2] + 0.1 * torch.randn(300, 1)

step = 0
for epoch in range(4):
    for idx in torch.randperm(300).chunk(6):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x[idx]), y[idx])
        scaler.scale(loss).backward()
        if step == 3:
            # pretend an overflow happened on this batch
            for p in net.parameters():
                p.grad.fill_(float("inf"))
        scaler.step(opt)
        scaler.update()
        step += 1
    print(epoch, f"{loss.item():.4f}", "scale", scaler.get_scale())
