import torch
import torch.nn as nn


def repackage_hidden(h):
    """Wraps hidden states in new Tensors, to detach them from their history."""
    if isinstance(h, torch.Tensor):
        return h.detach()
    return tuple(repackage_hidden(v) for v in h)


class LM(nn.Module):
    def __init__(self, n, d):
        super().__init__()
        self.emb = nn.Embedding(n, d)
        self.lstm = nn.LSTM(d, d)
        self.dec = nn.Linear(d, n)

    def forward(self, x, h):
        y, h = self.lstm(self.emb(x), h)
        return self.dec(y), h


torch.manual_seed(3)
ids = (torch.arange(1600) // 2 + (torch.rand(1600) < 0.05).long()) % 9
batches = ids.view(10, -1).t().contiguous()
lm = LM(9, 20)
opt = torch.optim.Adam(lm.parameters(), lr=1e-2)
for epoch in range(2):
    hid = (torch.zeros(1, 10, 20), torch.zeros(1, 10, 20))
    for i in range(0, 150, 10):
        hid = repackage_hidden(hid)
        opt.zero_grad()
        out, hid = lm(batches[i:i + 10], hid)
        loss = nn.functional.cross_entropy(out.flatten(0, 1), batches[i + 1:i + 11].flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(lm.parameters(), 1.0)
        opt.step()
    print("epoch", epoch, "loss", loss.item())
