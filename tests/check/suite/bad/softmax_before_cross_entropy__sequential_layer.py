import torch
from torch import nn, optim
torch.manual_seed(0)

# iris-like toy: three gaussians
X = torch.cat([torch.randn(100, 4) + m for m in (torch.tensor([0., 2, 0, 0]), torch.tensor([2., 0, 0, 1]), torch.tensor([-2., 0, 1, 0]))])
T = torch.arange(3).repeat_interleave(100)
model = nn.Sequential(
    nn.Linear(4, 12),
    nn.Sigmoid(),
    nn.Linear(12, 3),
    nn.Softmax(dim=-1),  # expect: softmax-before-cross-entropy
)
ce = nn.CrossEntropyLoss()
sgd = optim.SGD(model.parameters(), lr=.5)
for n in range(40):
    sgd.zero_grad()
    E = ce(model(X), T)  # expect: softmax-before-cross-entropy
    E.backward()
    sgd.step()
    if n % 10 == 9:
        print(n + 1, 'error', round(E.item(), 4))
