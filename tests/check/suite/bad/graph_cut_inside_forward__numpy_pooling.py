import numpy as np
import torch

class TopKPool(torch.nn.Module):
    def __init__(self, d, k=3):
        super().__init__()
        self.scorer = torch.nn.Linear(d, d)
        self.k = k
        self.out = torch.nn.Linear(d, 1)
    def forward(self, x):
        s = torch.relu(self.scorer(x))
        top = np.sort(s.data.numpy(), axis=1)[:, -self.k:, :]  # expect: graph-cut-inside-forward
        return self.out(torch.from_numpy(top).mean(1))  # expect: graph-cut-inside-forward

torch.manual_seed(8)
bags = torch.randn(200, 8, 5)
value = bags[:, :, 0].max(1).values[:, None]
net = TopKPool(5)
sgd = torch.optim.SGD(net.parameters(), lr=0.05)
for epoch in range(4):
    for i in torch.randperm(200).split(20):
        loss = torch.nn.functional.mse_loss(net(bags[i]), value[i])
        sgd.zero_grad(); loss.backward(); sgd.step()
    print(epoch, loss.item())
