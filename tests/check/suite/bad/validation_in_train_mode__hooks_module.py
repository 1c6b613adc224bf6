"""A LightningModule by hand; the loop calls hooks."""
import torch
from torch import nn


class LitModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(11, 40), nn.BatchNorm1d(40), nn.ReLU(), nn.Dropout(0.3), nn.Linear(40, 2))
        self.log_dict = {}

    def forward(self, x):
        return self.net(x)

    def training_step(self, batch):
        x, y = batch
        return nn.functional.cross_entropy(self(x), y)

    @torch.no_grad()
    def validation_step(self, batch):
        x, y = batch
        logits = self(x)  # expect: validation-in-train-mode
        return (logits.argmax(1) == y).sum().item(), len(y)

    def configure_optimizers(self):
        return torch.optim.AdamW(self.parameters(), lr=2e-3)


class Loop:
    def __init__(self, max_epochs):
        self.max_epochs = max_epochs

    def fit(self, module, train_dl, val_dl):
        opt = module.configure_optimizers()
        for epoch in range(self.max_epochs):
            for batch in train_dl:
                opt.zero_grad()
                module.training_step(batch).backward()
                opt.step()
            right, count = map(sum, zip(*[module.validation_step(b) for b in val_dl]))  # expect: validation-in-train-mode
            module.log_dict["val_acc"] = right / count
            print(epoch, module.log_dict)


torch.manual_seed(3)
x = torch.randn(500, 11)
y = (x[:, 0] + x[:, 1] ** 2 > 0.8).long()
mk = lambda a, b, s: torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x[a:b], y[a:b]), 40, shuffle=s)
Loop(3).fit(LitModule(), mk(0, 400, True), mk(400, 500, False))
