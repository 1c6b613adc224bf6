import copy

import torch
from torch import nn

torch.manual_seed(9)


class EMA:
    def __init__(self, model, decay=0.95):
        self.model, self.decay = model, decay
        self.shadow = {k: v.clone() for k, v in model.state_dict().items()}
        self.backup = None

    def update(self):
        for k, v in self.model.state_dict().items():
            self.shadow[k].mul_(self.decay).add_(v, alpha=1 - self.decay)

    def __enter__(self):
        self.backup = copy.deepcopy(self.model.state_dict())
        self.model.load_state_dict(self.shadow)

    def __exit__(self, *_):
        self.model.load_state_dict(self.backup)


x = torch.randn(240, 5)
y = x.sum(1, keepdim=True).tanh()
net = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 1))
ema = EMA(net)
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
last = net.state_dict()
for epoch in range(6):
    for i in torch.randperm(200).split(25):
        opt.zero_grad()
        nn.functional.mse_loss(net(x[i]), y[i]).backward()
        opt.step()
        ema.update()
    with ema, torch.no_grad():
        print(epoch, nn.functional.mse_loss(net(x[200:]), y[200:]).item())
copied = copy.deepcopy(net)
copied.load_state_dict(last)
print(len(last))
