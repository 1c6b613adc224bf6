import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(18)
lengths = torch.randint(2, 12, (150,))
tok = torch.randint(1, 20, (150, 12))
mask = torch.arange(12)[None] < lengths[:, None]
tok = tok * mask
goal = (tok // 5) * mask

emb, conv, out = nn.Embedding(20, 12, padding_idx=0), nn.Conv1d(12, 16, 3, padding=1), nn.Linear(16, 4)
params = [p for m in (emb, conv, out) for p in m.parameters()]
adam = torch.optim.Adam(params, lr=1e-2)
for epoch in range(3):
    for b in torch.randperm(150).split(15):
        h = torch.relu(conv(emb(tok[b]).transpose(1, 2))).transpose(1, 2)
        per_token = F.cross_entropy(out(h).transpose(1, 2), goal[b], reduction="none")
        loss = (per_token * mask[b]).sum() / mask[b].sum()
        adam.zero_grad()
        loss.backward()
        adam.step()
    print(epoch, loss.item())
