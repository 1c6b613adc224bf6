# own loss scaling: multiply, backward, divide the gradients, step
import torch

torch.manual_seed(30)
SCALE = 256.0
net = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 2))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
x = torch.randn(320, 8)
y = (x[:, 2] * x[:, 3] > 0).long()
for epoch in range(4):
    for b in torch.randperm(320).split(32):
        opt.zero_grad()
        loss = torch.nn.functional.cross_entropy(net(x[b]), y[b])
        (loss * SCALE).backward()
        for p in net.parameters():
            p.grad.div_(SCALE)
        opt.step()
    print(epoch, loss.item())
