import torch
from torch import nn

torch.manual_seed(19)


class SpeciesNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 24)
        self.out = nn.Linear(24, 1)

    def forward(self, x):
        return self.out(torch.relu(self.hidden(x))).squeeze(1)


centers = torch.tensor([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])
order = torch.tensor([2, 0, 1])  # setosa, versicolor, virginica
species = torch.randint(0, 3, (450,))
x = centers[order[species]] + 0.3 * torch.randn(450, 4)
x = (x - x.mean(0)) / x.std(0)
train, test = slice(0, 360), slice(360, 450)

net = SpeciesNet()
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(60):
    prediction = net(x[train])
    loss = criterion(prediction, species[train].float())  # expect: regression-loss-on-class-ids
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

with torch.no_grad():
    guess = net(x[test]).round().clamp(0, 2).long()
    print("accuracy", (guess == species[test]).float().mean().item())
