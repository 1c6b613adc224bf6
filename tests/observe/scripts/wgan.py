"""Three critic steps for one of the generator."""

import torch
from shared_parts import ROWS, X, end, net, said
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

generator, critic = nn.Linear(3, 5), net(1)
g_opt = torch.optim.RMSprop(generator.parameters(), lr=0.01)
c_opt = torch.optim.RMSprop(critic.parameters(), lr=0.01)
loader = DataLoader(TensorDataset(X, ROWS), batch_size=4)
for number, (x, rows) in enumerate(loader, 1):
    fake = generator(torch.randn(len(x), 3))
    c_opt.zero_grad()
    loss = critic(fake.detach()).mean() - critic(x).mean()
    loss.backward()
    said(loss, rows)
    c_opt.step()
    if number % 3 == 0:
        g_opt.zero_grad()
        loss = -critic(fake).mean()
        loss.backward()
        said(loss)
        g_opt.step()
end(generator, critic)
