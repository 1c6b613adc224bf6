import itertools

import torch
from torch import nn

torch.manual_seed(4)


def mlp(i, o):
    return nn.Sequential(nn.Linear(i, 24), nn.LeakyReLU(0.2), nn.Linear(24, o))


class CycleModel:
    def __init__(self):
        self.netG_A, self.netG_B = mlp(2, 2), mlp(2, 2)
        self.netD_A, self.netD_B = mlp(2, 1), mlp(2, 1)
        self.optimizer_G = torch.optim.Adam(itertools.chain(self.netG_A.parameters(), self.netG_B.parameters()), lr=5e-4)
        self.optimizer_D = torch.optim.Adam(itertools.chain(self.netD_A.parameters(), self.netD_B.parameters()), lr=5e-4)
        self.gan, self.cycle = nn.MSELoss(), nn.L1Loss()
        self.optimizer_G.zero_grad()

    def set_input(self, a, b):
        self.real_A, self.real_B = a, b

    def forward(self):
        self.fake_B = self.netG_A(self.real_A)
        self.rec_A = self.netG_B(self.fake_B)
        self.fake_A = self.netG_B(self.real_B)
        self.rec_B = self.netG_A(self.fake_A)

    def backward_D(self, net, real, fake):
        pr, pf = net(real), net(fake)  # expect: discriminator-loss-leaks-into-generator
        loss = 0.5 * (self.gan(pr, torch.ones_like(pr)) + self.gan(pf, torch.zeros_like(pf)))
        loss.backward(retain_graph=True)  # expect: discriminator-loss-leaks-into-generator
        return loss

    def backward_G(self):
        pa, pb = self.netD_A(self.fake_B), self.netD_B(self.fake_A)
        adv = self.gan(pa, torch.ones_like(pa)) + self.gan(pb, torch.ones_like(pb))
        cyc = self.cycle(self.rec_A, self.real_A) + self.cycle(self.rec_B, self.real_B)
        (adv + 10 * cyc).backward()
        return adv

    def optimize_parameters(self):
        self.forward()
        self.optimizer_D.zero_grad()
        d = self.backward_D(self.netD_A, self.real_B, self.fake_B)
        d = d + self.backward_D(self.netD_B, self.real_A, self.fake_A)
        self.optimizer_D.step()
        g = self.backward_G()
        self.optimizer_G.step()  # expect: discriminator-loss-leaks-into-generator
        self.optimizer_G.zero_grad()
        return d.item(), g.item()


model = CycleModel()
for i in range(40):
    model.set_input(torch.randn(32, 2), torch.randn(32, 2) * 0.3 + 2)
    out = model.optimize_parameters()
    if i % 10 == 0:
        print(i, out)
