import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Config:
    vocab, dim, length = 16, 32, 8
    lr = 30.0  # expect: learning-rate-too-high
    epochs = 3


class Model(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.emb = nn.Embedding(c.vocab, c.dim)
        self.enc = nn.TransformerEncoderLayer(c.dim, 2, 64, dropout=0.0, batch_first=True)
        self.out = nn.Linear(c.dim, c.vocab)

    def forward(self, ids):
        return self.out(self.enc(self.emb(ids)))


torch.manual_seed(9)
c = Config()
ids = torch.randint(0, c.vocab, (320, c.length))
target = (ids + 3) % c.vocab
model = Model(c)
optimizer = torch.optim.SGD(model.parameters(), lr=c.lr)  # expect: learning-rate-too-high
for epoch in range(c.epochs):
    for x, y in DataLoader(TensorDataset(ids, target), batch_size=20, shuffle=True):
        loss = nn.functional.cross_entropy(model(x).transpose(1, 2), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()  # expect: learning-rate-too-high
    print(epoch, loss.item())
