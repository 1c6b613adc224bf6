import torch
import torch.nn as nn

text = ("the quick brown fox jumps over the lazy dog while the slow grey wolf sleeps under the old oak tree "
        "and the small bird sings a song to the morning sun that warms the field where the tall grass grows ") * 2
chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
ids = torch.tensor([stoi[c] for c in text])


class CharRNN(nn.Module):
    def __init__(self, vocab, emb=12, hid=32):
        super().__init__()
        self.emb = nn.Embedding(vocab, emb)
        self.rnn = nn.GRU(emb, hid, batch_first=True)
        self.out = nn.Linear(hid, vocab)

    def forward(self, x):
        h, _ = self.rnn(self.emb(x))
        return self.out(h)


def sample_batch(batch=16, length=20):
    start = torch.randint(0, len(ids) - length - 1, (batch,))
    x = torch.stack([ids[s:s + length] for s in start])
    y = torch.stack([ids[s + 1:s + length + 1] for s in start])
    return x, y


torch.manual_seed(1337)
model = CharRNN(len(chars))
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)

for it in range(25):
    x, y = sample_batch()
    logits = model(x)
    loss = nn.functional.cross_entropy(logits.reshape(-1, len(chars)), y.reshape(-1))
    loss.backward()
    model.zero_grad(set_to_none=True)  # expect: zero-grad-before-step
    optimizer.step()  # expect: zero-grad-before-step
    if it % 5 == 0:
        print(f"iter {it}: {loss.item():.4f}")
