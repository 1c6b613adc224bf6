import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(15, 12, padding_idx=0)
        self.rnn = nn.LSTM(12, 16)
        self.fc = nn.Linear(16, 2)

    def forward(self, x, lengths):
        lengths, order = lengths.sort(descending=True)
        h = self.emb(x[order]).permute(1, 0, 2).contiguous()
        _, (h, _) = self.rnn(pack_padded_sequence(h, lengths))
        back = torch.argsort(order)
        return self.fc(h[-1][back])


torch.manual_seed(6)
lengths = torch.randint(2, 10, (200,))
x = torch.randint(1, 15, (200, 10)) * (torch.arange(10)[None] < lengths[:, None])
y = (x.max(1).values > 12).long()
net = Encoder()
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(3):
    for b in torch.randperm(200).split(20):
        loss = nn.functional.cross_entropy(net(x[b], lengths[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
