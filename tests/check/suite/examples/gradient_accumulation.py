import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

# long documents: two per forward, eight per update
torch.manual_seed(6)
docs = [torch.randint(1, 50, (int(torch.randint(5, 20, (1,))),)) for _ in range(160)]
labels = torch.tensor([int((d < 15).float().mean() > 0.28) for d in docs])
data = list(zip(docs, labels))


def collate(batch):
    ids, y = zip(*batch)
    return pad_sequence(list(ids), batch_first=True), torch.tensor([len(i) for i in ids]), torch.stack(y)


class DocModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(50, 16, padding_idx=0)
        self.mlp = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 2))

    def forward(self, ids, length):
        return self.mlp(self.emb(ids).sum(1) / length.unsqueeze(1))


model = DocModel()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
accumulate = 4
train_dl = DataLoader(data[:128], batch_size=4, shuffle=True, collate_fn=collate)
val_dl = DataLoader(data[128:], batch_size=16, collate_fn=collate)
for epoch in range(3):
    model.train()
    for i, (ids, length, y) in enumerate(train_dl):
        loss = nn.functional.cross_entropy(model(ids, length), y)
        loss = loss / accumulate
        loss.backward()
        if (i + 1) % accumulate == 0 or (i + 1) == len(train_dl):
            optimizer.step()
            optimizer.zero_grad()
    model.eval()
    with torch.no_grad():
        right = sum((model(ids, n).argmax(1) == y).sum().item() for ids, n, y in val_dl)
    print("epoch", epoch, "accuracy", right / 32)
