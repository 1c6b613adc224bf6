import torch
import torch.nn as nn

torch.manual_seed(1)


class TiedLM(nn.Module):
    def __init__(self, vocab, d):
        super().__init__()
        self.embed = nn.Embedding(vocab, d)
        self.rnn = nn.GRU(d, d, batch_first=True)
        self.decode = nn.Linear(d, vocab, bias=False)
        self.decode.weight = self.embed.weight

    def forward(self, x):
        return self.decode(self.rnn(self.embed(x))[0])


start = torch.randint(0, 14, (160, 1))
text = (start + 5 * torch.arange(9)) % 14
lm = TiedLM(14, 24)
opt = torch.optim.Adam(lm.parameters(), lr=1e-2)
for epoch in range(3):
    for b in torch.randperm(160).split(16):
        loss = nn.functional.cross_entropy(lm(text[b, :-1]).flatten(0, 1), text[b, 1:].flatten())
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
