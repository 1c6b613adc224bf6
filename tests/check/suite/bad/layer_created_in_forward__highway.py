import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def gate_layer(size):
    layer = nn.Linear(size, size)  # expect: layer-created-in-forward
    nn.init.constant_(layer.bias, -1.0)
    return layer


class Highway(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.transform = nn.Linear(size, size)

    def forward(self, x):
        gate = torch.sigmoid(gate_layer(x.shape[-1])(x))  # expect: layer-created-in-forward
        return gate * torch.relu(self.transform(x)) + (1 - gate) * x


torch.manual_seed(17)
features = torch.randn(240, 8)
values = torch.stack([features[:, 0].sin(), features[:, 1] * features[:, 2]], 1)
net = nn.Sequential(nn.Linear(8, 16), Highway(16), Highway(16), nn.Linear(16, 2))
adam = torch.optim.NAdam(net.parameters(), lr=2e-3)
for epoch in range(3):
    for x, y in DataLoader(TensorDataset(features, values), 24, shuffle=True):
        adam.zero_grad()
        loss = (net(x) - y).square().mean()
        loss.backward()
        adam.step()
    print(epoch, loss.item())
