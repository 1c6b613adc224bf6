from torch import nn
import torch


class Trainer:
    def __init__(self, net: nn.Module, lr: float = 0.03) -> None:
        self.net = net
        self.optim = torch.optim.Adam(net.parameters(), lr=lr)
        self.plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(self.optim, mode="max", factor=0.2, patience=1)  # expect: plateau-scheduler-wrong-mode

    def train_epoch(self, x, y) -> None:
        self.net.train()
        for b in torch.randperm(len(x)).split(40):
            self.optim.zero_grad()
            nn.functional.l1_loss(self.net(x[b]), y[b]).backward()
            self.optim.step()

    def validate(self, x, y) -> float:
        self.net.eval()
        with torch.no_grad():
            return nn.functional.l1_loss(self.net(x), y).item()

    def fit(self, train, valid, epochs: int = 8) -> None:
        for epoch in range(epochs):
            self.train_epoch(*train)
            val_loss = self.validate(*valid)
            self.plateau.step(val_loss)  # expect: plateau-scheduler-wrong-mode
            print(epoch, round(val_loss, 4), self.optim.param_groups[0]["lr"])


torch.manual_seed(19)
x = torch.randn(320, 4)
y = x[:, :1] - 2 * x[:, 1:2] + 3
Trainer(nn.Sequential(nn.Linear(4, 24), nn.ReLU(), nn.Linear(24, 1))).fit((x[:240], y[:240]), (x[240:], y[240:]))
