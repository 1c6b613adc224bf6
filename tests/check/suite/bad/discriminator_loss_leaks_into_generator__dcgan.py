import torch
import torch.nn as nn

torch.manual_seed(999)
nz, bs = 8, 32
netG = nn.Sequential(nn.Linear(nz, 32), nn.ReLU(True), nn.Linear(32, 16), nn.Tanh())
netD = nn.Sequential(nn.Linear(16, 32), nn.LeakyReLU(0.2, inplace=True), nn.Linear(32, 1))
criterion = nn.BCEWithLogitsLoss()
optimizerG = torch.optim.Adam(netG.parameters(), lr=2e-4, betas=(0.5, 0.999))
optimizerD = torch.optim.Adam(netD.parameters(), lr=2e-4, betas=(0.5, 0.999))
real_data = torch.tanh(torch.randn(320, 2) @ torch.randn(2, 16))

for epoch in range(3):
    for i, rows in enumerate(torch.randperm(320).split(bs)):
        netD.zero_grad()
        netG.zero_grad()
        label = torch.ones(bs, 1)
        errD_real = criterion(netD(real_data[rows]), label)
        errD_real.backward()
        fake = netG(torch.randn(bs, nz))
        errD_fake = criterion(netD(fake), torch.zeros(bs, 1))  # expect: discriminator-loss-leaks-into-generator
        errD_fake.backward(retain_graph=True)  # expect: discriminator-loss-leaks-into-generator
        optimizerD.step()

        errG = criterion(netD(fake), label)
        errG.backward()
        optimizerG.step()  # expect: discriminator-loss-leaks-into-generator
    print('[%d] Loss_D: %.4f Loss_G: %.4f' % (epoch, (errD_real + errD_fake).item(), errG.item()))
