import torch


class Schedule:
    def __init__(self, optimizer, warm, total):
        self.opt = optimizer
        self.inner = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda s: min((s + 1) / warm, max(0.0, (total - s) / (total - warm))))

    def begin_epoch(self):
        self.inner.step()  # expect: scheduler-stepped-before-optimizer


class Task:
    def __init__(self):
        torch.manual_seed(28)
        self.words = torch.randint(0, 40, (240, 6))
        self.label = (self.words[:, 0] + self.words[:, 1] > 39).long()
        self.net = torch.nn.Sequential(torch.nn.Embedding(40, 8), torch.nn.Flatten(), torch.nn.Linear(48, 2))
        self.opt = torch.optim.Adam(self.net.parameters(), lr=2e-2)
        self.schedule = Schedule(self.opt, 2, 6)

    def epoch(self):
        self.schedule.begin_epoch()  # expect: scheduler-stepped-before-optimizer
        for b in torch.randperm(240).split(24):
            loss = torch.nn.functional.cross_entropy(self.net(self.words[b]), self.label[b])
            self.opt.zero_grad()
            loss.backward()
            self.opt.step()
        return loss.item()


task = Task()
for e in range(5):
    print(e, task.epoch(), task.opt.param_groups[0]['lr'])
