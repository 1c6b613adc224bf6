import torch
from torch import nn

torch.manual_seed(7)


class Learner:
    """fp16 training, the update in one place."""

    def __init__(self, model, lr=1e-2, max_norm=1.0):
        self.model = model
        self.opt = torch.optim.SGD(model.parameters(), lr=lr)
        self.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**10)
        self.max_norm = max_norm

    def update(self, loss):
        self.opt.zero_grad()
        self.scaler.scale(loss).backward()
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.max_norm)  # expect: clip-before-unscale
        self.scaler.unscale_(self.opt)
        self.scaler.step(self.opt)
        self.scaler.update()
        return float(norm)


net = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 3))
learner = Learner(net)
x = torch.randn(320, 8)
y = x[:, :3].argmax(1)
for epoch in range(3):
    for idx in torch.randperm(320).split(32):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = nn.functional.cross_entropy(net(x[idx]), y[idx])
        norm = learner.update(loss)
    print(epoch, loss.item(), norm)
