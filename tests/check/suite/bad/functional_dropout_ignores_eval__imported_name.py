import torch
from torch import nn
from torch.nn.functional import dropout as drop


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(6, 32), nn.Linear(32, 1)

    def forward(self, x):
        h = torch.relu(self.a(x))
        h = drop(h, 0.2)  # expect: functional-dropout-ignores-eval
        return self.b(h)


torch.manual_seed(0)
m = Net()
o = torch.optim.AdamW(m.parameters(), 1e-3)
x = torch.randn(260, 6)
y = x[:, :1]
for e in range(3):
    m.train()
    for r in torch.randperm(200).split(20):
        loss = nn.functional.mse_loss(m(x[r]), y[r])
        o.zero_grad()
        loss.backward()
        o.step()
    m.eval()
    with torch.inference_mode():
        print(e, nn.functional.mse_loss(m(x[200:]), y[200:]).item())
