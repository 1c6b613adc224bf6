"""Mixed precision trainer where the step is a closure."""
import torch
from torch import nn

torch.manual_seed(8)


def make_step(model, opt, scaler, max_norm):
    params = [p for group in opt.param_groups for p in group["params"]]

    def step(x, y):
        opt.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(x)
        loss = nn.functional.cross_entropy(logits.float(), y)
        scaler.scale(loss).backward()
        norm = nn.utils.clip_grad_norm_(params, max_norm)  # expect: clip-before-unscale
        scaler.step(opt)
        scaler.update()
        return loss.item(), norm

    return step


model = nn.Sequential(nn.Linear(16, 32), nn.SiLU(), nn.Linear(32, 4))
opt = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
step = make_step(model, opt, torch.amp.GradScaler("cpu", init_scale=1024.0), 1.0)
w = torch.randn(16, 4)
for i in range(15):
    x = torch.randn(24, 16)
    loss, norm = step(x, (x @ w).argmax(-1))
print(f"{loss:.3f}")
