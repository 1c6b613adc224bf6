import time

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class AverageMeter:
    def __init__(self, name, fmt=":f"):
        self.name, self.fmt = name, fmt
        self.reset()

    def reset(self):
        self.val = self.avg = self.sum = self.count = 0

    def update(self, val, n=1):
        self.val = val
        self.sum += val * n
        self.count += n
        self.avg = self.sum / self.count

    def __str__(self):
        return ("{name} {val" + self.fmt + "} ({avg" + self.fmt + "})").format(**self.__dict__)


class ProgressMeter:
    def __init__(self, n, meters, prefix=""):
        self.n, self.meters, self.prefix = n, meters, prefix

    def display(self, batch):
        print("\t".join([f"{self.prefix}[{batch}/{self.n}]", *map(str, self.meters)]))


def accuracy(output, target, topk=(1,)):
    with torch.no_grad():
        _, pred = output.topk(max(topk), 1, True, True)
        correct = pred.t().eq(target.view(1, -1).expand_as(pred.t()))
        return [correct[:k].reshape(-1).float().sum(0, keepdim=True).mul_(100.0 / target.size(0)) for k in topk]


def train(loader, model, criterion, optimizer, epoch):
    batch_time, losses = AverageMeter("Time", ":6.3f"), AverageMeter("Loss", ":.4e")
    top1, top2 = AverageMeter("Acc@1", ":6.2f"), AverageMeter("Acc@2", ":6.2f")
    progress = ProgressMeter(len(loader), [losses, top1, top2], prefix=f"Epoch: [{epoch}]")
    model.train()
    end = time.time()
    for i, (images, target) in enumerate(loader):
        output = model(images)
        loss = criterion(output, target)
        acc1, acc2 = accuracy(output, target, topk=(1, 2))
        losses.update(loss.item(), images.size(0))
        top1.update(acc1[0].item(), images.size(0))
        top2.update(acc2[0].item(), images.size(0))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        batch_time.update(time.time() - end)
        end = time.time()
        if i % 5 == 0:
            progress.display(i)


def validate(loader, model, criterion):
    losses, top1 = AverageMeter("Loss", ":.4e"), AverageMeter("Acc@1", ":6.2f")
    model.eval()
    with torch.no_grad():
        for images, target in loader:
            output = model(images)
            losses.update(criterion(output, target).item(), images.size(0))
            top1.update(accuracy(output, target)[0].item(), images.size(0))
    print(" *", losses, top1)
    return top1.avg


def main():
    torch.manual_seed(47)
    y = torch.randint(0, 4, (370,))
    x = torch.randn(4, 1, 6, 6)[y] + torch.randn(370, 1, 6, 6)
    train_loader = DataLoader(TensorDataset(x[:300], y[:300]), batch_size=32, shuffle=True)
    val_loader = DataLoader(TensorDataset(x[300:], y[300:]), batch_size=32)
    model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(128, 4))
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9, weight_decay=1e-4)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
    best = 0
    for epoch in range(3):
        train(train_loader, model, criterion, optimizer, epoch)
        acc = validate(val_loader, model, criterion)
        scheduler.step()
        best = max(acc, best)
    print("best", best)


if __name__ == "__main__":
    main()
