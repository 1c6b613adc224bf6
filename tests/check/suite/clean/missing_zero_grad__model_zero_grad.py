import torch
import torch.nn as nn
from torch.autograd import Variable

torch.manual_seed(1)


class Regressor(nn.Module):
    def __init__(self):
        super(Regressor, self).__init__()
        self.fc1 = nn.Linear(1, 20)
        self.fc2 = nn.Linear(20, 1)

    def forward(self, x):
        return self.fc2(torch.tanh(self.fc1(x)))


x = torch.linspace(-2, 2, 200).unsqueeze(1)
y = x.pow(2) + 0.2 * torch.rand(x.size())
x, y = Variable(x), Variable(y)

net = Regressor()
optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
loss_func = nn.MSELoss()

for t in range(40):
    prediction = net(x)
    loss = loss_func(prediction, y)
    net.zero_grad()
    loss.backward()
    optimizer.step()
    if t % 10 == 0:
        print('t=%d loss=%.4f' % (t, loss.data.item()))
