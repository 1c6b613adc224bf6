from typing import Tuple
import torch
from torch import Tensor, nn


class UNetLite(nn.Module):
    def __init__(self, classes: int = 3) -> None:
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.ReLU())
        self.mid = nn.Sequential(nn.MaxPool2d(2), nn.Conv2d(6, 12, 3, padding=1), nn.ReLU(), nn.Upsample(scale_factor=2))
        self.out = nn.Conv2d(18, classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        d = self.down(x)
        return self.out(torch.cat([d, self.mid(d)], dim=1))

    def predict_proba(self, x: Tensor) -> Tensor:
        return self.forward(x).softmax(dim=1)  # expect: softmax-before-cross-entropy


def make_scene(n: int) -> Tuple[Tensor, Tensor]:
    mask = torch.zeros(n, 8, 8, dtype=torch.long)
    for k in range(n):
        r, c = torch.randint(0, 4, (2,)).tolist()
        mask[k, r:r + 5, c:c + 5] = int(torch.randint(1, 3, (1,)))
    img = mask.float().unsqueeze(1) - 1 + 0.3 * torch.randn(n, 1, 8, 8)
    return img, mask


def main() -> None:
    torch.manual_seed(16)
    img, mask = make_scene(96)
    unet = UNetLite()
    optimizer = torch.optim.Adam(unet.parameters(), lr=5e-3)
    for epoch in range(4):
        for idx in torch.randperm(96).split(16):
            prob = unet.predict_proba(img[idx])
            loss = nn.functional.cross_entropy(prob, mask[idx])  # expect: softmax-before-cross-entropy
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


main()
