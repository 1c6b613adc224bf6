import torch

class Runner:
    def __init__(self, net, lr=0.1):
        self.net = net
        self.sgd = torch.optim.SGD(net.parameters(), lr=lr, momentum=0.9)
        self.sched = torch.optim.lr_scheduler.StepLR(self.sgd, 1, gamma=0.5)
    def epoch(self, x, y):
        for b in torch.randperm(len(x)).split(25):
            loss = torch.nn.functional.cross_entropy(self.net(x[b]), y[b])
            self.sgd.zero_grad()
            loss.backward()
            self.sgd.step()
        self.sched.step  # expect: method-referenced-not-called
        return loss.item()

torch.manual_seed(40)
x = torch.randn(250, 4); y = x[:, :3].argmax(1)
r = Runner(torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.Tanh(), torch.nn.Linear(16, 3)))
for e in range(4):
    print(e, r.epoch(x, y), r.sgd.param_groups[0]['lr'])
