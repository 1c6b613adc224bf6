import copy
import torch
from torch import nn


class EarlyStopper:
    def __init__(self, patience: int = 2) -> None:
        self.patience, self.waited, self.best, self.weights = patience, 0, -1.0, None

    def should_stop(self, score: float, net: nn.Module) -> bool:
        if score > self.best:
            self.best, self.waited = score, 0
            self.weights = copy.copy(net.state_dict())  # expect: best-state-not-copied
        else:
            self.waited += 1
        return self.waited > self.patience


def main() -> None:
    torch.manual_seed(18)
    x = torch.randn(330, 7)
    y = (x[:, 0] > 0.3 * torch.randn(330)).long()
    net = nn.Sequential(nn.Linear(7, 30), nn.Tanh(), nn.Linear(30, 2))
    opt = torch.optim.SGD(net.parameters(), lr=0.2, momentum=0.9)
    stopper = EarlyStopper()
    for epoch in range(8):
        net.train()
        for b in torch.randperm(250).split(25):
            loss = nn.functional.cross_entropy(net(x[b]), y[b])
            opt.zero_grad()
            loss.backward()
            opt.step()
        net.eval()
        with torch.no_grad():
            score = (net(x[250:]).argmax(1) == y[250:]).float().mean().item()
        print("epoch", epoch, "score", round(score, 3))
        if stopper.should_stop(score, net):
            break
    net.load_state_dict(stopper.weights)  # expect: best-state-not-copied


main()
