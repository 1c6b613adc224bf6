"""One folder a class, read one after the other."""
import torch
from torch import nn
from torch.utils.data import ConcatDataset, DataLoader, Dataset

torch.manual_seed(62)


class Folder(Dataset):
    def __init__(self, label, n):
        self.label = label
        self.images = torch.randn(n, 1, 6, 6) + label * 0.7

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        return self.images[i], self.label


data = ConcatDataset([Folder(k, 64) for k in range(3)])
loader = DataLoader(data, batch_size=16)  # expect: training-data-not-shuffled
net = nn.Sequential(nn.Flatten(), nn.Linear(36, 32), nn.ReLU(), nn.Linear(32, 3))
opt = torch.optim.SGD(net.parameters(), lr=0.02)
for epoch in range(4):
    right = 0
    for img, label in loader:  # expect: training-data-not-shuffled
        out = net(img)
        loss = nn.functional.cross_entropy(out, label)
        opt.zero_grad()
        loss.backward()
        opt.step()
        right += (out.argmax(1) == label).sum().item()
    print(epoch, right / len(data))
