import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(1)


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(4, 16, num_layers=2, dropout=0.2, batch_first=True)
        self.norm = nn.BatchNorm1d(16)
        self.out = nn.Linear(16, 2)

    def forward(self, x):
        h, _ = self.rnn(x)
        h = F.dropout(self.norm(h[:, -1]), p=0.3, training=True)  # expect: functional-dropout-ignores-eval
        return self.out(h)


x = torch.randn(240, 7, 4)
y = (x[:, :, 0].sum(1) > 0).long()
net = Reader()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(3):
    net.train()
    for i in torch.randperm(200).split(40):
        opt.zero_grad()
        F.cross_entropy(net(x[i]), y[i]).backward()
        opt.step()
    net.eval()
    with torch.inference_mode():
        print(epoch, (net(x[200:]).argmax(1) == y[200:]).float().mean().item())
