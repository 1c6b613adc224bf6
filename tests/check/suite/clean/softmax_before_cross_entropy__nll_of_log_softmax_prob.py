# probabilities for the caller, log of the probabilities for the loss
import torch
import torch.nn as nn

torch.manual_seed(43)
x = torch.randn(300, 5)
y = x[:, :3].argmax(1)
net = nn.Sequential(nn.Linear(5, 24), nn.ReLU(), nn.Linear(24, 3), nn.Softmax(dim=1))
nll = nn.NLLLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.3)
for epoch in range(4):
    for rows in torch.randperm(300).split(30):
        optimizer.zero_grad()
        prob = net(x[rows])
        loss = nll(torch.log(prob + 1e-9), y[rows])
        loss.backward()
        optimizer.step()
    print('epoch', epoch, 'loss', loss.item())
