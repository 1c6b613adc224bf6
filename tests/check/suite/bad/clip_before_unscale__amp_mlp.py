import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
device_type = "cpu"


def batches(n, size):
    w = torch.randn(16, 3)
    for _ in range(n):
        x = torch.randn(size, 16)
        yield x, (x @ w).argmax(dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(16, 64)
        self.norm = nn.LayerNorm(64)
        self.fc2 = nn.Linear(64, 3)

    def forward(self, x):
        return self.fc2(self.norm(F.silu(self.fc1(x))))


net = Net()
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
scaler = torch.amp.GradScaler(device_type, init_scale=2.0**10)

for step, (x, y) in enumerate(batches(40, 32)):
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast(device_type, dtype=torch.bfloat16):
        loss = F.cross_entropy(net(x), y)
    scaler.scale(loss).backward()
    norm = torch.nn.utils.clip_grad_norm_(net.parameters(), max_norm=1.0)  # expect: clip-before-unscale
    scaler.step(optimizer)
    scaler.update()
    if step % 10 == 0:
        print(step, float(loss.detach()), float(norm))
