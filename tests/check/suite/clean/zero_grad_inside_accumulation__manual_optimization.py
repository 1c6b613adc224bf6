# Two networks, manual optimisation: a module in the manner of a training framework
import torch
from torch import nn
from torch.nn import functional as F


class Lit(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(12, 24), nn.ReLU(), nn.Linear(24, 6))
        self.decoder = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 12))
        self.critic = nn.Sequential(nn.Linear(6, 24), nn.LeakyReLU(0.2), nn.Linear(24, 1))
        self.automatic_optimization = False

    def configure_optimizers(self):
        auto = torch.optim.Adam([*self.encoder.parameters(), *self.decoder.parameters()], lr=1e-3)
        return auto, torch.optim.Adam(self.critic.parameters(), lr=1e-3)

    def optimizers(self, use=None):
        if use:
            self._opts = use
        return self._opts

    def toggle(self, which):
        for name in ("encoder", "decoder", "critic"):
            getattr(self, name).requires_grad_(name in which)

    def manual_backward(self, loss):
        loss.backward()

    def training_step(self, x, idx):
        auto, crit = self.optimizers()
        # reconstruction and regularisation phase, accumulated over two batches
        self.toggle(("encoder", "decoder"))
        z = self.encoder(x)
        fool = F.binary_cross_entropy_with_logits(self.critic(z), torch.ones(len(x), 1))
        loss = F.mse_loss(self.decoder(z), x) + 0.1 * fool
        self.manual_backward(loss / 2)
        if idx % 2 == 1:
            auto.step()
            auto.zero_grad()
        # critic phase
        self.toggle(("critic",))
        z = self.encoder(x).detach()
        score = self.critic(torch.cat([torch.randn_like(z), z]))
        target = torch.cat([torch.ones(len(x), 1), torch.zeros(len(x), 1)])
        crit.zero_grad()
        closs = F.binary_cross_entropy_with_logits(score, target)
        self.manual_backward(closs)
        crit.step()
        return {"loss": loss.detach(), "critic": closs.detach()}


def main():
    torch.manual_seed(5)
    model = Lit()
    model.optimizers(model.configure_optimizers())
    data = torch.randn(320, 4) @ torch.randn(4, 12) / 2
    for epoch in range(3):
        model.train()
        outs = [model.training_step(data[rows], i) for i, rows in enumerate(torch.randperm(320).split(20))]
        print(epoch, {k: round(torch.stack([o[k] for o in outs]).mean().item(), 4) for k in outs[0]})


main()
