"""A transformer encoder that counts on by one."""
import torch
from torch import nn

torch.manual_seed(59)


class Encoder(nn.Module):
    def __init__(self, vocab=30, d=32):
        super().__init__()
        self.emb = nn.Embedding(vocab, d)
        self.layer = nn.TransformerEncoderLayer(d, 2, 64, dropout=0.0, batch_first=True)
        self.out = nn.Linear(d, vocab)

    def forward(self, ids):
        return self.out(self.layer(self.emb(ids)))


net = Encoder()
opt = torch.optim.SGD(net.parameters(), lr=1e-8)  # expect: learning-rate-too-low
for step in range(60):
    ids = torch.randint(0, 30, (16, 8))
    loss = nn.functional.cross_entropy(net(ids).transpose(1, 2), (ids + 1) % 30)
    opt.zero_grad()
    loss.backward()
    opt.step()  # expect: learning-rate-too-low
print(loss.item())
