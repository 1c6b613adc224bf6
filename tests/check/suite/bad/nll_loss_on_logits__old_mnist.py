from __future__ import print_function
import argparse
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(1, 6, kernel_size=3)
        self.fc1 = nn.Linear(6 * 3 * 3, 20)
        self.fc2 = nn.Linear(20, 4)

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = x.view(-1, 54)
        x = F.relu(self.fc1(x))
        return self.fc2(x)  # expect: nll-loss-on-logits


def train(args, model, loader, optimizer, epoch):
    model.train()
    for batch_idx, (data, target) in enumerate(loader):
        optimizer.zero_grad()
        output = model(data)
        loss = F.nll_loss(output, target)  # expect: nll-loss-on-logits
        loss.backward()
        optimizer.step()
    print('Train Epoch: {}\tLoss: {:.6f}'.format(epoch, loss.item()))


parser = argparse.ArgumentParser(description='tiny digits')
parser.add_argument('--batch-size', type=int, default=25)
parser.add_argument('--epochs', type=int, default=3)
parser.add_argument('--lr', type=float, default=0.01)
parser.add_argument('--seed', type=int, default=1)
args = parser.parse_args()
torch.manual_seed(args.seed)
digit = torch.randint(0, 4, (200,))
images = 0.3 * torch.randn(200, 1, 8, 8)
for d in range(4):
    images[digit == d, :, 2 * d] += 1
model = Net()
optimizer = optim.SGD(model.parameters(), lr=args.lr, momentum=0.5)
loader = DataLoader(TensorDataset(images, digit), batch_size=args.batch_size, shuffle=True)
for epoch in range(1, args.epochs + 1):
    train(args, model, loader, optimizer, epoch)
