import torch

class Fit:
    def __init__(self, net):
        self.net = net
        self.opt = torch.optim.Adam(net.parameters(), lr=0.02)
        self.ckpt = {'loss': 1e9}
    def loss(self, x, y):
        return torch.nn.functional.mse_loss(self.net(x), y)
    def run(self, x, y, vx, vy, epochs=4):
        for e in range(epochs):
            for b in torch.randperm(len(x)).split(20):
                self.opt.zero_grad()
                self.loss(x[b], y[b]).backward()
                self.opt.step()
            with torch.no_grad():
                v = self.loss(vx, vy).item()
            if v < self.ckpt['loss']:
                self.ckpt = {'epoch': e, 'loss': v,
                             'net': {k: p.data for k, p in self.net.named_parameters()}}  # expect: best-state-not-copied
            print(e, v)
        self.net.load_state_dict(self.ckpt['net'])  # expect: best-state-not-copied
        print('back to epoch', self.ckpt['epoch'])

torch.manual_seed(41)
x = torch.rand(260, 3); y = (6 * x).sin().mean(1, keepdim=True) + .1 * torch.randn(260, 1)
Fit(torch.nn.Sequential(torch.nn.Linear(3, 32), torch.nn.ReLU(), torch.nn.Linear(32, 1))).run(x[:180], y[:180], x[180:], y[180:])
