import contextlib

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class NativeScaler:
    """Backward, unscale, clip, step and update in one call, only when asked."""

    def __init__(self, enabled):
        self._scaler = torch.amp.GradScaler("cpu", enabled=enabled, init_scale=256.0)

    def __call__(self, loss, optimizer, clip_grad=None, parameters=None, need_update=True):
        self._scaler.scale(loss).backward()
        if need_update:
            if clip_grad is not None:
                self._scaler.unscale_(optimizer)
                torch.nn.utils.clip_grad_norm_(parameters, clip_grad)
            self._scaler.step(optimizer)
            self._scaler.update()

    def state_dict(self):
        return self._scaler.state_dict()


def main(amp=True):
    torch.manual_seed(3)
    x = torch.randn(400, 10)
    y = x[:, :4].argmax(1)
    loader = DataLoader(TensorDataset(x, y), batch_size=20, shuffle=True)
    model = nn.Sequential(nn.Linear(10, 40), nn.GELU(), nn.LayerNorm(40), nn.Linear(40, 4))
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.05)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, total_steps=3 * 10)
    amp_autocast = (lambda: torch.autocast("cpu", torch.bfloat16)) if amp else contextlib.nullcontext
    loss_scaler = NativeScaler(amp)
    for epoch in range(3):
        model.train()
        optimizer.zero_grad()
        for i, (xb, yb) in enumerate(loader):
            with amp_autocast():
                loss = nn.functional.cross_entropy(model(xb), yb) / 2
            need_update = i % 2 == 1
            loss_scaler(loss, optimizer, 1.0, model.parameters(), need_update)
            if need_update:
                optimizer.zero_grad()
                scheduler.step()
        print(epoch, 2 * loss.item(), loss_scaler.state_dict()["scale"])


main()
