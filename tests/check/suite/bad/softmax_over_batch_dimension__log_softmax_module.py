import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(64)
X, Y = torch.randn(288, 8), None
Y = (X @ torch.randn(8, 5)).argmax(dim=1)
loader = DataLoader(TensorDataset(X, Y), batch_size=48, shuffle=True)

net = nn.Sequential(
    nn.Linear(8, 32), nn.ReLU(),
    nn.Linear(32, 5),
    nn.LogSoftmax(dim=0),  # expect: softmax-over-batch-dimension
)
nll, opt = nn.NLLLoss(), optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
for ep in range(4):
    tot = 0
    for xb, yb in loader:
        opt.zero_grad()
        loss = nll(net(xb), yb)
        loss.backward()
        opt.step()
        tot += loss.item()
    print('%d %.4f' % (ep, tot / len(loader)))
