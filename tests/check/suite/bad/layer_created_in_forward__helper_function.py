import torch
from torch import nn, Tensor


def conv_bn_relu(x: Tensor, channels: int) -> Tensor:
    block = nn.Sequential(nn.Conv2d(x.shape[1], channels, 3, padding=1), nn.ReLU())  # expect: layer-created-in-forward # also: parameters-missing-from-optimizer
    return block(x)


class TinyVGG(nn.Module):
    def __init__(self, classes: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 4, 3, padding=1)
        self.head = nn.Linear(8, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.stem(x))
        x = conv_bn_relu(x, 8)  # expect: layer-created-in-forward # also: parameters-missing-from-optimizer
        return self.head(x.mean(dim=(2, 3)))


def train() -> None:
    torch.manual_seed(7)
    labels = torch.randint(0, 3, (150,))
    imgs = 0.3 * torch.randn(150, 1, 8, 8) + labels.view(-1, 1, 1, 1)
    imgs = (imgs - imgs.mean()) / imgs.std()
    model = TinyVGG(3)
    sgd = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for epoch in range(3):
        for idx in torch.randperm(150).split(25):
            sgd.zero_grad()
            loss = nn.functional.cross_entropy(model(imgs[idx]), labels[idx])
            loss.backward()
            sgd.step()
        print(epoch, round(loss.item(), 4))


train()
