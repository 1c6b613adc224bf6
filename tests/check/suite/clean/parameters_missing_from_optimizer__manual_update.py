# the temperature is learned by hand-written gradient descent next to Adam
import torch
import torch.nn.functional as F

torch.manual_seed(6)
x = torch.randn(300, 6)
y = (x @ torch.randn(6, 4)).argmax(1)
net = torch.nn.Sequential(torch.nn.Linear(6, 24), torch.nn.ReLU(), torch.nn.Linear(24, 4))
temperature = torch.nn.Parameter(torch.tensor(1.0))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(4):
    for b in torch.randperm(300).split(30):
        loss = F.cross_entropy(net(x[b]) / temperature, y[b])
        opt.zero_grad()
        temperature.grad = None
        loss.backward()
        opt.step()
        with torch.no_grad():
            temperature -= 0.02 * temperature.grad
            temperature.clamp_(0.1, 10.0)
    print(epoch, loss.item(), temperature.item())
