import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

torch.manual_seed(8)
PAD, BOS, EOS, V = 0, 1, 2, 16


class Seq2Seq(nn.Module):
    def __init__(self, d=24):
        super().__init__()
        self.embed = nn.Embedding(V, d, padding_idx=PAD)
        self.enc, self.dec = nn.GRU(d, d, batch_first=True), nn.GRU(d, d, batch_first=True)
        self.out = nn.Linear(d, V)

    def forward(self, source, prefix):
        _, h = self.enc(self.embed(source))
        return self.out(self.dec(self.embed(prefix), h)[0])


def batch(n=24):
    words = [torch.randint(3, V, (k,)) for k in torch.randint(2, 12, (n,)).tolist()]
    source = pad_sequence(words, batch_first=True)
    target = pad_sequence([torch.cat([torch.tensor([BOS]), w.flip(0), torch.tensor([EOS])]) for w in words], batch_first=True)
    return source, target


model = Seq2Seq()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
criterion = nn.CrossEntropyLoss()
for step in range(40):
    source, target = batch()
    logits = model(source, target[:, :-1])
    loss = criterion(logits.transpose(1, 2), target[:, 1:])  # expect: padding-included-in-loss
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
