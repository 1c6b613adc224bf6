import torch
from shared_parts import ROWS, X, end, net, said
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

generator = nn.Sequential(nn.Linear(3, 6), nn.Tanh(), nn.Linear(6, 5))
critic = net(1)
g_opt = torch.optim.Adam(generator.parameters(), lr=0.01)
d_opt = torch.optim.Adam(critic.parameters(), lr=0.01)
bce = nn.BCEWithLogitsLoss()
for x, rows in DataLoader(TensorDataset(X, ROWS), batch_size=8, shuffle=True):
    one, zero = torch.ones(len(x), 1), torch.zeros(len(x), 1)
    d_opt.zero_grad()
    loss = bce(critic(x), one)
    loss.backward()
    said(loss, rows)
    fake = generator(torch.randn(len(x), 3))
    loss = bce(critic(fake.detach()), zero)
    loss.backward()
    said(loss)
    d_opt.step()
    g_opt.zero_grad()
    loss = bce(critic(fake), one)
    loss.backward()
    said(loss)
    g_opt.step()
end(generator, critic)
