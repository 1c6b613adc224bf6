import torch, torch.nn as nn
from torch.utils.data import DataLoader

class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 4, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(4, 8, 3, stride=2, padding=1),
            nn.ReLU(),
        )
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(8, 4, 2, stride=2),
            nn.ReLU(),
            nn.ConvTranspose2d(4, 1, 2, stride=2),
            nn.Sigmoid(),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


torch.manual_seed(0)
bars = torch.zeros(240, 1, 8, 8)
where = torch.randint(0, 8, (240,))
for i, k in enumerate(where.tolist()):
    if i % 2:
        bars[i, 0, k] = 1
    else:
        bars[i, 0, :, k] = 1
bars = (bars + 0.05 * torch.rand_like(bars)).clamp(0, 1)
model = Autoencoder()
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3, weight_decay=1e-6)
losses = []
for epoch in range(5):
    epoch_loss = 0
    for img in DataLoader(bars, batch_size=24, shuffle=True):
        output = model(img)
        loss = criterion(output, img)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        epoch_loss += loss.item() * img.size(0)
    losses.append(epoch_loss / len(bars))
    print('epoch [{}/5], loss:{:.4f}'.format(epoch + 1, losses[-1]))
