"""Mixed precision helper around a two-tower regressor."""
import torch
from torch import nn
from torch.amp import GradScaler, autocast


class Towers(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Sequential(nn.Linear(6, 24), nn.ReLU())
        self.b = nn.Sequential(nn.Linear(9, 24), nn.ReLU())
        self.out = nn.Linear(48, 1)

    def forward(self, left, right):
        return self.out(torch.cat([self.a(left), self.b(right)], dim=1))


class Amp:
    def __init__(self, params, opt, max_norm):
        self.params, self.opt, self.max_norm = list(params), opt, max_norm
        self.scaler = GradScaler("cpu", init_scale=1024.0)

    def __call__(self, loss):
        self.opt.zero_grad()
        self.scaler.scale(loss).backward()
        norm = nn.utils.clip_grad_norm_(self.params, self.max_norm)  # expect: clip-before-unscale
        self.scaler.step(self.opt)
        self.scaler.update()
        return norm


torch.manual_seed(21)
model = Towers()
amp = Amp(model.parameters(), torch.optim.Adam(model.parameters(), lr=1e-3), 1.0)
left, right = torch.randn(480, 6), torch.randn(480, 9)
score = left[:, :1] * right[:, :1] + 0.3 * right[:, 1:2]
for epoch in range(3):
    for ix in torch.randperm(480).split(32):
        with autocast("cpu", dtype=torch.bfloat16):
            pred = model(left[ix], right[ix])
        loss = nn.functional.mse_loss(pred.float(), score[ix])
        norm = amp(loss)
    print(epoch, loss.item(), float(norm))
