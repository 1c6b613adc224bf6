import torch
from torch import nn

torch.manual_seed(0)


def weights_init(m):
    classname = m.__class__.__name__
    if classname.find('Conv') != -1:
        m.weight.data.fill_(0.05)  # expect: constant-weight-initialisation
        m.bias.data.fill_(0)


features = nn.Sequential(nn.Conv2d(1, 6, 3), nn.LeakyReLU(0.1), nn.Conv2d(6, 6, 3), nn.LeakyReLU(0.1), nn.Flatten())
model = nn.Sequential(features, nn.Linear(24, 2))
model.apply(weights_init)
label = torch.randint(0, 2, (144,))
pic = 0.3 * torch.randn(144, 1, 6, 6)
pic[label == 1, 0, 2] += 1.0
pic[label == 0, 0, :, 2] += 1.0
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(3):
    for b in torch.randperm(144).split(16):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(pic[b]), label[b])
        loss.backward()
        optimizer.step()
    print('epoch', epoch, 'loss', loss.item())
