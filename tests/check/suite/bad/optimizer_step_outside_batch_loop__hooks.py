import torch


class Loop:
    def __init__(self, net, lr):
        self.net = net
        self.opt = torch.optim.SGD(net.parameters(), lr=lr, momentum=0.9)

    def batch(self, xb, yb):
        self.opt.zero_grad()  # expect: optimizer-step-outside-batch-loop
        loss = torch.nn.functional.mse_loss(self.net(xb), yb)
        loss.backward()
        return loss.item()

    def end_of_epoch(self):
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.opt.step()  # expect: optimizer-step-outside-batch-loop

    def run(self, x, y, epochs):
        for epoch in range(epochs):
            values = []
            for idx in torch.randperm(len(x)).split(40):
                values.append(self.batch(x[idx], y[idx]))
            self.end_of_epoch()
            print('epoch', epoch, 'loss', sum(values) / len(values))


torch.manual_seed(13)
t = torch.rand(240, 1) * 4
obs = torch.exp(-t) * torch.cos(3 * t)
Loop(torch.nn.Sequential(torch.nn.Linear(1, 30), torch.nn.Tanh(), torch.nn.Linear(30, 1)), lr=0.05).run(t, obs, 6)
