import torch


class Trainer:
    def __init__(self, net, epochs=4):
        self.net = net
        self.epochs = epochs
        self.opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
        self.best = float('inf')

    def loss(self, batch):
        x, y = batch
        return torch.nn.functional.mse_loss(self.net(x), y)

    def fit(self, train, valid):
        self.net.train()  # expect: train-mode-not-restored
        for epoch in range(self.epochs):
            for batch in train():
                self.opt.zero_grad()
                loss = self.loss(batch)  # expect: train-mode-not-restored
                loss.backward()
                self.opt.step()
            self.validate(epoch, valid)

    def validate(self, epoch, valid):
        self.net.eval()  # expect: train-mode-not-restored
        with torch.no_grad():
            value = self.loss(valid).item()
        self.best = min(self.best, value)
        print('epoch', epoch, 'valid', value, 'best', self.best)


torch.manual_seed(49)
data = torch.randn(300, 9)
goal = data[:, :1] + 0.5 * data[:, 1:2] ** 2


def train():
    for b in torch.randperm(240).split(24):
        yield data[b], goal[b]


net = torch.nn.Sequential(torch.nn.Linear(9, 32), torch.nn.BatchNorm1d(32), torch.nn.Tanh(), torch.nn.Linear(32, 1))
Trainer(net).fit(train, (data[240:], goal[240:]))
