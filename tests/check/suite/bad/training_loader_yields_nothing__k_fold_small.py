import torch
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, Subset, TensorDataset

torch.manual_seed(41)
X = torch.randn(80, 3)
Y = X.sum(1, keepdim=True)
data = TensorDataset(X, Y)
order = torch.randperm(80).tolist()
scores = []
for k in range(4):
    held = order[k * 20:(k + 1) * 20]
    rest = [i for i in order if i not in held]
    part = Subset(data, rest)
    sampler = BatchSampler(RandomSampler(part), batch_size=100, drop_last=True)  # expect: training-loader-yields-nothing
    dl = DataLoader(part, batch_sampler=sampler)  # expect: training-loader-yields-nothing
    net = nn.Linear(3, 1)
    opt = torch.optim.SGD(net.parameters(), lr=0.05)
    for epoch in range(3):
        for x, y in dl:  # expect: training-loader-yields-nothing
            opt.zero_grad()
            nn.functional.mse_loss(net(x), y).backward()
            opt.step()
    with torch.no_grad():
        scores.append(nn.functional.mse_loss(net(X[held]), Y[held]).item())
print('mse per fold', [round(s, 3) for s in scores])
