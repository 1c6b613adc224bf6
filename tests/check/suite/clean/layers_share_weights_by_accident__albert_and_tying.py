import torch
from torch import nn

torch.manual_seed(30)
VOCAB, D = 24, 24


class SharedTransformer(nn.Module):
    """One layer used several times, and an output tied to the embedding."""

    def __init__(self, times=3):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, D)
        self.position = nn.Parameter(0.02 * torch.randn(10, D))
        layer = nn.TransformerEncoderLayer(D, 4, 48, dropout=0.0, batch_first=True)
        self.shared = layer
        self.times = times
        self.out = nn.Linear(D, VOCAB, bias=False)
        self.out.weight = self.embed.weight

    def forward(self, ids):
        h = self.embed(ids) + self.position
        for _ in range(self.times):
            h = self.shared(h)
        return self.out(h)


model = SharedTransformer()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for step in range(40):
    ids = torch.randint(1, VOCAB, (32, 10))
    hidden = torch.rand(32, 10) < 0.2
    ids[:, 1:] = (ids[:, :1] + torch.arange(1, 10)) % (VOCAB - 1) + 1
    target = ids.masked_fill(~hidden, -100)
    loss = nn.functional.cross_entropy(model(ids.masked_fill(hidden, 0)).transpose(1, 2), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
