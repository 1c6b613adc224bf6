from torch import nn
import torch

torch.manual_seed(0)


def make_images(n):
    img = torch.zeros(n, 1, 10, 10)
    for k in range(n):
        r, c = torch.randint(0, 6, (2,)).tolist()
        img[k, 0, r:r + 4, c:c + 4] = 1.0
    return img


def gradient_magnitude(img):
    gx = img[..., :-1, 1:] - img[..., :-1, :-1]
    gy = img[..., 1:, :-1] - img[..., :-1, :-1]
    return torch.sqrt(gx ** 2 + gy ** 2)  # expect: nan-gradient-from-sqrt-at-zero


clean = make_images(96)
noisy = clean + 0.3 * torch.randn_like(clean)
denoiser = nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 1, 3, padding=1))
field = torch.zeros(10, 10)  # the lens sees a disc only
field[1:9, 1:9] = 1.0
optim = torch.optim.Adam(denoiser.parameters(), lr=2e-3)
for epoch in range(3):
    for idx in torch.randperm(96).split(16):
        restored = denoiser(noisy[idx]) * field
        loss = nn.functional.l1_loss(restored, clean[idx])
        loss = loss + 0.1 * nn.functional.l1_loss(gradient_magnitude(restored), gradient_magnitude(clean[idx]))
        optim.zero_grad()
        loss.backward()
        optim.step()
    print('epoch {} loss {:.4f}'.format(epoch, loss.item()))
