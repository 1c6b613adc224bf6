"""A CNN with batch normalisation; random flips and shifts are drawn in two worker processes."""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

import fourbeat as fb


class Stripes(Dataset):
    def __init__(self):
        made = torch.Generator().manual_seed(0)
        self.labels = torch.arange(240) % 3
        self.images = torch.rand(240, 1, 12, 12, generator=made)
        for image, label in zip(self.images, self.labels, strict=True):
            image[:, 4 * label : 4 * label + 4] += 0.5

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        if torch.rand(()) < 0.5:
            image = image.flip(-1)
        image = image.roll(int(torch.randint(-2, 3, ())), dims=-1)
        return image, self.labels[index]


def main():
    torch.manual_seed(2)
    loader = DataLoader(Stripes(), batch_size=24, shuffle=True, num_workers=2)
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(16, 3),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    loss_fn = nn.CrossEntropyLoss()
    with fb.Run(sys.argv[1], model=model, optimizer=optimizer, seed=2, clip_norm=1.0) as run:
        for epoch in run.epochs(int(sys.argv[2])):
            for step in run.train(loader):
                images, labels = step.batch
                step.backward(loss_fn(model(images), labels))
                step.update()
            epoch.close()


if __name__ == "__main__":
    main()
