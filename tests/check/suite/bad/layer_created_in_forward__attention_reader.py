import torch

class Reader(torch.nn.Module):
    def __init__(self, vocab, d):
        super().__init__()
        self.emb = torch.nn.Embedding(vocab, d)
        self.rnn = torch.nn.GRU(d, d, batch_first=True)
        self.d = d
    def forward(self, ids):
        h = self.rnn(self.emb(ids))[0]
        self.score = torch.nn.Linear(self.d, 1)  # expect: layer-created-in-forward # also: parameters-missing-from-optimizer
        w = torch.softmax(self.score(h), dim=1)
        self.readout = torch.nn.Linear(self.d, 3)  # expect: layer-created-in-forward # also: parameters-missing-from-optimizer
        return self.readout((w * h).sum(1))

torch.manual_seed(12)
ids = torch.randint(0, 18, (180, 6)); y = ids.max(1).values // 6
net = Reader(18, 16)
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for ep in range(3):
    for b in torch.randperm(180).split(18):
        loss = torch.nn.functional.cross_entropy(net(ids[b]), y[b])
        opt.zero_grad(); loss.backward(); opt.step()
    print(ep, loss.item())
