import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def seeded(seed=7):
    torch.manual_seed(seed)  # expect: rng-reseeded-every-epoch
    return seed


def loader_for(x, y, epoch):
    seeded()  # expect: rng-reseeded-every-epoch
    return DataLoader(TensorDataset(x, y), batch_size=24, shuffle=True)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(2, 16, batch_first=True)
        self.fc = nn.Linear(16, 2)

    def forward(self, x):
        return self.fc(self.rnn(x)[1][0])


seeded(1)
x = torch.randn(240, 6, 2)
y = (x[:, :, 0].sum(1) > x[:, :, 1].sum(1)).long()
net = Net()
opt = torch.optim.Adam(net.parameters(), lr=8e-3)
for epoch in range(4):
    for xb, yb in loader_for(x, y, epoch):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(xb), yb)
        loss.backward()
        opt.step()
    print(epoch, loss.item())
