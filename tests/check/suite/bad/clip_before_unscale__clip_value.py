import torch
from torch import autocast, nn
from torch.amp import GradScaler

torch.manual_seed(8)
use_amp = True
signal = torch.randn(320, 24)
power = signal.pow(2).mean(1, keepdim=True)
power = (power - power.mean()) / power.std()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(24, 48)
        self.l2 = nn.Linear(48, 1)

    def forward(self, x):
        return self.l2(self.l1(x).square())


net = Net()
opt = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
scaler = GradScaler("cpu", enabled=use_amp, init_scale=1024.0)
for epoch in range(3):
    for idx in torch.randperm(320).split(40):
        with autocast("cpu", dtype=torch.bfloat16, enabled=use_amp):
            out = net(signal[idx])
        loss = nn.functional.mse_loss(out.float(), power[idx])
        scaler.scale(loss).backward()
        torch.nn.utils.clip_grad_value_(net.parameters(), 0.5)  # expect: clip-before-unscale
        scaler.step(opt)
        scaler.update()
        opt.zero_grad()
    print(f"epoch {epoch} loss {loss.item():.4f}")
