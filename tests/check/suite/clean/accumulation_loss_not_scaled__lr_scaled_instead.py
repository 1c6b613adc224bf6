import torch
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(50)
base_lr = 0.4
accumulate = 4
X = torch.randn(480, 5)
Y = (X.pow(2).sum(1) > 4.5).long()
loader = DataLoader(TensorDataset(X, Y), batch_size=15, shuffle=True)
net = torch.nn.Sequential(torch.nn.Linear(5, 32), torch.nn.ReLU(), torch.nn.Linear(32, 2))
# gradients are summed over `accumulate` batches, so the rate is divided instead of the loss
opt = torch.optim.SGD(net.parameters(), lr=base_lr / accumulate)
for epoch in range(4):
    seen, total = 0, 0.0
    for i, (xb, yb) in enumerate(loader, 1):
        loss = torch.nn.functional.cross_entropy(net(xb), yb)
        loss.backward()
        if i % accumulate == 0:
            opt.step()
            opt.zero_grad()
        total += loss.item() * len(yb)
        seen += len(yb)
    print(epoch, round(total / seen, 4))
