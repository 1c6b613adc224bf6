import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class AverageMeter(object):
    """Computes and stores the average and current value"""

    def __init__(self):
        self.val = self.avg = self.sum = self.count = 0

    def update(self, val, n=1):
        self.val = val
        self.sum += val * n
        self.count += n
        self.avg = self.sum / self.count


class Spiral(Dataset):
    def __init__(self, n, seed):
        g = torch.Generator().manual_seed(seed)
        self.c = torch.randint(0, 2, (n,), generator=g)
        r = torch.rand(n, generator=g) * 2
        a = r * 2 + 3.14159 * self.c
        self.x = torch.stack([r * a.cos(), r * a.sin()], 1)

    def __len__(self):
        return len(self.c)

    def __getitem__(self, i):
        return self.x[i], self.c[i]


def train(loader, model, criterion, optimizer, epoch):
    model.train()
    losses = AverageMeter()
    for inputs, target in loader:
        loss = criterion(model(inputs), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.update(loss.item(), inputs.size(0))
    print('Train', epoch, losses.avg)


def validate(loader, model, criterion):
    model.eval()
    losses = AverageMeter()
    with torch.no_grad():
        for inputs, target in loader:
            losses.update(criterion(model(inputs), target).item())  # expect: unweighted-batch-average
    print('Validation', losses.avg)


torch.manual_seed(0)
model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 2))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
tr = DataLoader(Spiral(256, 1), batch_size=32, shuffle=True)
va = DataLoader(Spiral(106, 2), batch_size=25)
for epoch in range(3):
    train(tr, model, criterion, optimizer, epoch)
    validate(va, model, criterion)
