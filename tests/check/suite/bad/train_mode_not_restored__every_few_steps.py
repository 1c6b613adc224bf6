"""Step-based training, evaluated every few steps."""
import torch
from torch import nn

torch.manual_seed(19)


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1, self.l2 = nn.Linear(8, 32), nn.Linear(32, 3)
        self.drop = nn.Dropout(0.4)

    def forward(self, x):
        return self.l2(self.drop(torch.relu(self.l1(x))))


def data(n):
    x = torch.randn(n, 8)
    return x, (x[:, :3] + 0.1 * torch.randn(n, 3)).argmax(1)


@torch.inference_mode()
def evaluate(net, x, y):
    net.eval()  # expect: train-mode-not-restored
    return (net(x).argmax(1) == y).float().mean().item()


net = MLP().train()
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
xt, yt = data(512)
xv, yv = data(128)
for step in range(1, 81):
    ix = torch.randint(0, 512, (32,))
    loss = nn.functional.cross_entropy(net(xt[ix]), yt[ix])  # expect: train-mode-not-restored
    opt.zero_grad(set_to_none=True)
    loss.backward()
    opt.step()  # expect: train-mode-not-restored
    if step % 20 == 0:
        print(step, loss.item(), evaluate(net, xv, yv))
