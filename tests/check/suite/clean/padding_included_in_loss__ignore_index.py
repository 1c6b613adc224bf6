import torch
import torch.nn as nn
from torch.nn.utils.rnn import pad_sequence

torch.manual_seed(31)
PAD = 0
sents = [torch.randint(1, 25, (int(torch.randint(2, 14, (1,))),)) for _ in range(180)]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(25, 20, padding_idx=PAD)
        self.rnn = nn.GRU(20, 20, batch_first=True)
        self.fc = nn.Linear(20, 25)

    def forward(self, x):
        return self.fc(self.rnn(self.emb(x))[0])


model = Model()
criterion = nn.CrossEntropyLoss(ignore_index=PAD)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(3):
    loss_sum, tokens = 0.0, 0
    for idx in torch.randperm(180).split(18):
        x = pad_sequence([sents[i] for i in idx], batch_first=True, padding_value=PAD)
        y = torch.where(x == PAD, PAD, (x * 3) % 24 + 1)
        loss = criterion(model(x).flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        n = int((y != PAD).sum())
        loss_sum += loss.item() * n
        tokens += n
    print(epoch, loss_sum / tokens)
