import torch
from torch import nn

torch.manual_seed(4)
nets = nn.ModuleDict({"enc": nn.Linear(8, 8), "dec": nn.Linear(8, 8)})
opts = {
    "enc": torch.optim.SGD(nets["enc"].parameters(), lr=1e-3),
    "dec": torch.optim.SGD(nets["dec"].parameters(), lr=1e-3),
}
scaler = torch.amp.GradScaler("cpu", init_scale=64.0)

for it in range(20):
    x = torch.randn(32, 8)
    with torch.autocast("cpu", torch.bfloat16):
        rec = nets["dec"](torch.tanh(nets["enc"](x)))
        loss = (rec.float() - x).square().mean()
    for o in opts.values():
        o.zero_grad()
    scaler.scale(loss).backward()
    scaler.step(opts["enc"])
    opts["dec"].step()  # expect: grad-scaler-bypassed
    scaler.update()
print(loss.item())
