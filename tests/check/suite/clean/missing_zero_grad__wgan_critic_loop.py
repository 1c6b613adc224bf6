"""WGAN with weight clipping: several critic updates, then one of the generator, one backward of each sign."""

import argparse

import torch
import torch.nn as nn
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--n_epochs", type=int, default=3)
parser.add_argument("--batch_size", type=int, default=40)
parser.add_argument("--lr", type=float, default=5e-4)
parser.add_argument("--latent_dim", type=int, default=5)
parser.add_argument("--n_critic", type=int, default=3)
parser.add_argument("--clip_value", type=float, default=0.05)
opt = parser.parse_args()
torch.manual_seed(0)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()

        def block(in_feat, out_feat, normalize=True):
            layers = [nn.Linear(in_feat, out_feat)]
            if normalize:
                layers.append(nn.BatchNorm1d(out_feat, 0.8))
            layers.append(nn.LeakyReLU(0.2, inplace=True))
            return layers

        self.model = nn.Sequential(*block(opt.latent_dim, 16, normalize=False), *block(16, 32), nn.Linear(32, 9), nn.Tanh())

    def forward(self, z):
        return self.model(z).view(z.shape[0], 1, 3, 3)


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = nn.Sequential(nn.Linear(9, 32), nn.LeakyReLU(0.2, inplace=True), nn.Linear(32, 1))

    def forward(self, img):
        return self.model(img.view(img.shape[0], -1))


generator, critic = Generator(), Critic()
loader = DataLoader(TensorDataset(torch.tanh(torch.randn(480, 1, 3, 3))), batch_size=opt.batch_size, shuffle=True)
optimizer_G = torch.optim.RMSprop(generator.parameters(), lr=opt.lr)
optimizer_D = torch.optim.RMSprop(critic.parameters(), lr=opt.lr)
one, mone = torch.tensor(1.0), torch.tensor(-1.0)
batches_done = 0
for epoch in range(opt.n_epochs):
    for i, (imgs,) in enumerate(loader):
        real_imgs = Variable(imgs.type(torch.FloatTensor))
        optimizer_D.zero_grad()
        z = Variable(torch.randn(imgs.shape[0], opt.latent_dim))
        fake_imgs = generator(z).detach()
        critic(real_imgs).mean().backward(mone)
        critic(fake_imgs).mean().backward(one)
        optimizer_D.step()
        for p in critic.parameters():
            p.data.clamp_(-opt.clip_value, opt.clip_value)
        if i % opt.n_critic == 0:
            optimizer_G.zero_grad()
            loss_G = -torch.mean(critic(generator(z)))
            loss_G.backward()
            optimizer_G.step()
            batches_done += 1
    print(f"[Epoch {epoch}/{opt.n_epochs}] [G loss: {loss_G.item():.4f}] {batches_done}")
