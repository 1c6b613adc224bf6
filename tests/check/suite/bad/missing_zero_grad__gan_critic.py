import argparse
import torch
import torch.nn as nn

parser = argparse.ArgumentParser()
parser.add_argument('--steps', type=int, default=30)
parser.add_argument('--nz', type=int, default=4)
parser.add_argument('--bs', type=int, default=32)
opt = parser.parse_args()
torch.manual_seed(0)

netG = nn.Sequential(nn.Linear(opt.nz, 16), nn.ReLU(True), nn.Linear(16, 2))
netD = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
bce = nn.BCEWithLogitsLoss()
optimizerD = torch.optim.Adam(netD.parameters(), lr=2e-3, betas=(0.5, 0.999))
optimizerG = torch.optim.Adam(netG.parameters(), lr=2e-3, betas=(0.5, 0.999))
real_label = torch.ones(opt.bs, 1)
fake_label = torch.zeros(opt.bs, 1)


def sample_real(n):
    centre = torch.randint(0, 2, (n, 1)).float() * 4 - 2
    return centre + 0.3 * torch.randn(n, 2)


for it in range(opt.steps):
    # critic
    optimizerD.zero_grad()
    errD_real = bce(netD(sample_real(opt.bs)), real_label)
    fake = netG(torch.randn(opt.bs, opt.nz))
    errD_fake = bce(netD(fake.detach()), fake_label)
    (errD_real + errD_fake).backward()
    optimizerD.step()

    # generator
    errG = bce(netD(fake), real_label)
    errG.backward()  # expect: missing-zero-grad
    optimizerG.step()  # expect: missing-zero-grad

    if it % 10 == 0:
        print('[%d/%d] D %.4f G %.4f' % (it, opt.steps, errD_real.item() + errD_fake.item(), errG.item()))
