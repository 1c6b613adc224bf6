import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(5)
x = torch.randn(320, 10)
data = TensorDataset(x, (x[:, 0] > 0).long(), x[:, 1:3])
loader = DataLoader(data, batch_size=32, shuffle=True)


class TwoHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(10, 32), nn.ReLU())
        self.kind, self.where = nn.Linear(32, 2), nn.Linear(32, 2)

    def forward(self, x):
        h = self.body(x)
        return self.kind(h), self.where(h)


net = TwoHeads()
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(8):
    total = 0.0
    for xb, kb, wb in loader:
        opt.zero_grad()
        kind, where = net(xb)
        loss = nn.functional.cross_entropy(kind, kb) + 0.5 * nn.functional.mse_loss(where, wb)
        loss.backward()
        total += loss.item()
    opt.step()  # expect: optimizer-step-outside-batch-loop
    print(epoch, total / len(loader))
