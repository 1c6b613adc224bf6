import torch
from torch import nn

torch.manual_seed(6)
x = torch.randn(240, 5)
y = (x.sum(1) > 0).long()
net = nn.Sequential(nn.Linear(5, 20), nn.ReLU(), nn.Dropout(0.1), nn.Linear(20, 2))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
before_step = [opt.zero_grad]
phases = {"train": net.train, "eval": net.eval}
for epoch in range(3):
    phases["train"]()
    for b in torch.randperm(200).split(25):
        for hook in before_step:
            hook()
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        loss.backward()
        opt.step()
    phases["eval"]()
    with torch.no_grad():
        print(epoch, (net(x[200:]).argmax(1) == y[200:]).float().mean().item())
