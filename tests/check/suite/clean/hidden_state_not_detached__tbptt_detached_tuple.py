import torch
from torch import nn

torch.manual_seed(13)


def repackage(state):
    if isinstance(state, torch.Tensor):
        return state.detach()
    return tuple(repackage(s) for s in state)


class Model(nn.Module):
    def __init__(self, vocab=20, hidden=24):
        super().__init__()
        self.embed = nn.Embedding(vocab, 12)
        self.lstm = nn.LSTM(12, hidden, num_layers=2, dropout=0.1)
        self.decode = nn.Linear(hidden, vocab)

    def forward(self, ids, state):
        y, state = self.lstm(self.embed(ids), state)
        return self.decode(y), state

    def initial(self, n):
        return torch.zeros(2, n, 24), torch.zeros(2, n, 24)


pattern = torch.randint(0, 20, (17,))
corpus = pattern.repeat(60)[:1000].view(5, 200).t().contiguous()
model = Model()
lr = 1.0
for epoch in range(2):
    model.train()
    state = model.initial(5)
    for i in range(0, 189, 10):
        data, target = corpus[i : i + 10], corpus[i + 1 : i + 11]
        state = repackage(state)
        model.zero_grad()
        out, state = model(data, state)
        loss = nn.functional.cross_entropy(out.reshape(-1, 20), target.reshape(-1))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        with torch.no_grad():
            for p in model.parameters():
                p.add_(p.grad, alpha=-lr)
    print(epoch, loss.item())
