import torch
import torch.nn.functional as F


class MLP(torch.nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:]))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = F.gelu(layer(x))
        return self.layers[-1](x)


g = torch.Generator().manual_seed(42)
torch.manual_seed(42)
Xtr = torch.randn(400, 8, generator=g)
Ytr = (Xtr.sum(1) > 0).long() + (Xtr[:, 0] > 1).long()

model = MLP([8, 32, 3])
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
for step in range(40):
    ix = torch.randint(0, Xtr.shape[0], (64,), generator=g)
    loss = F.cross_entropy(model(Xtr[ix]), Ytr[ix])
    for p in model.parameters():
        p.grad = None
    loss.backward()
    optimizer.step()
    if step % 10 == 0:
        print(f'{step:4d}: {loss.item():.4f}')
