"""CLIP-like: the similarity matrix is classified along both axes; queue of negatives, learned temperature."""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class Tower(nn.Module):
    def __init__(self, i, d=16):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(i, 48), nn.GELU(), nn.Linear(48, d))

    def forward(self, x):
        return F.normalize(self.net(x), dim=-1)


class CLIP(nn.Module):
    def __init__(self):
        super().__init__()
        self.image, self.text = Tower(20), Tower(14)
        self.logit_scale = nn.Parameter(torch.tensor(np.log(1 / 0.07), dtype=torch.float32))

    def forward(self, im, tx):
        sim = self.logit_scale.exp() * self.image(im) @ self.text(tx).t()
        lp_rows, lp_cols = sim.log_softmax(dim=1), sim.log_softmax(dim=0)
        return -(lp_rows.diagonal().mean() + lp_cols.diagonal().mean()) / 2, sim


def main():
    torch.manual_seed(0)
    latent = torch.randn(512, 6)
    im = latent @ torch.randn(6, 20) + 0.2 * torch.randn(512, 20)
    tx = latent @ torch.randn(6, 14) + 0.2 * torch.randn(512, 14)
    model = CLIP()
    gains = [p for n, p in model.named_parameters() if p.ndim < 2]
    mats = [p for n, p in model.named_parameters() if p.ndim >= 2]
    opt = torch.optim.AdamW([{"params": gains, "weight_decay": 0.0}, {"params": mats, "weight_decay": 0.1}], lr=2e-3)
    sched = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=4e-3, total_steps=5 * 14)
    for epoch in range(5):
        model.train()
        for ix in torch.randperm(448).split(32):
            loss, _ = model(im[ix], tx[ix])
            opt.zero_grad()
            loss.backward()
            opt.step()
            sched.step()
            with torch.no_grad():
                model.logit_scale.clamp_(0, np.log(100))
        model.eval()
        with torch.no_grad():
            _, sim = model(im[448:], tx[448:])
            top1 = (sim.argmax(1) == torch.arange(64)).float().mean()
        print(epoch, loss.item(), top1.item())


main()
