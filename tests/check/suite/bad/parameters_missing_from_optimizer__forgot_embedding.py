import torch
from torch import nn

torch.manual_seed(3)
vocab, dim = 24, 16
encoder = nn.Embedding(vocab, dim)
gru = nn.GRU(dim, dim, batch_first=True)
head = nn.Linear(dim, vocab)
optimizer = torch.optim.Adam(list(gru.parameters()) + list(head.parameters()), lr=5e-3)  # expect: parameters-missing-from-optimizer

seq = torch.randint(0, vocab, (160, 1)) + 3 * torch.arange(9)
seq = seq % vocab
for epoch in range(3):
    for b in torch.randperm(160).split(16):
        out, _ = gru(encoder(seq[b, :-1]))
        loss = nn.functional.cross_entropy(head(out).flatten(0, 1), seq[b, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.4f}")
