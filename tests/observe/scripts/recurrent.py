"""An LSTM on packed sequences, a plateau scheduler, an embedding with sparse gradients."""

import torch
from shared_parts import Y, end, said
from torch import nn
from torch.nn.utils.rnn import pack_sequence

words = [torch.randint(0, 9, (n,)) for n in range(9, 1, -1)]
embedding = nn.Embedding(9, 4, sparse=True)
lstm, head = nn.LSTM(4, 6), nn.Linear(6, 2)
dense = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.01)
sparse = torch.optim.SparseAdam(embedding.parameters(), lr=0.01)
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(dense, patience=0)
for _ in range(4):
    _, (h, _) = lstm(pack_sequence([embedding(w) for w in words]))
    loss = nn.functional.cross_entropy(head(h[-1]), Y[:8])
    dense.zero_grad()
    sparse.zero_grad()
    loss.backward()
    said(loss)
    dense.step()
    sparse.step()
    plateau.step(loss.item())
end(embedding, lstm, head)
