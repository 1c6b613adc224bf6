import torch


class Optim:
    """optimizer with a warm-up"""

    def __init__(self, optimizer, base_lr, warmup):
        self.optimizer, self.base_lr, self.warmup, self.n = optimizer, base_lr, warmup, 0

    def step_and_update_lr(self):
        self.n += 1
        lr = self.base_lr * min(1.0, self.n / self.warmup)
        for group in self.optimizer.param_groups:
            group['lr'] = lr
        self.optimizer.step()  # expect: grad-scaler-bypassed

    def zero_grad(self):
        self.optimizer.zero_grad()


def run():
    torch.manual_seed(64)
    src = torch.randint(1, 12, (256, 6))
    trg = src.max(1).values
    emb, rnn, out = torch.nn.Embedding(12, 16), torch.nn.GRU(16, 24, batch_first=True), torch.nn.Linear(24, 12)
    model = torch.nn.ModuleDict({'emb': emb, 'rnn': rnn, 'out': out})
    optim = Optim(torch.optim.SGD(model.parameters(), lr=0.0), 0.0005, 5)
    scaler = torch.amp.GradScaler('cpu', init_scale=128.)
    for epoch in range(3):
        for b in torch.randperm(256).split(32):
            optim.zero_grad()
            with torch.autocast('cpu', dtype=torch.bfloat16):
                h = rnn(emb(src[b]))[1][-1]
                loss = torch.nn.functional.cross_entropy(out(h), trg[b])
            scaler.scale(loss).backward()
            optim.step_and_update_lr()
        print(epoch, '%.3f' % loss.item())


run()
