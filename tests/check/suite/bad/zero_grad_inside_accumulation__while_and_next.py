import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(3)
feats = torch.randn(512, 10)
labels = (feats[:, :4].sum(1) > 0).float()
loader = DataLoader(TensorDataset(feats, labels), batch_size=16, shuffle=True)
clf = nn.Sequential(nn.Linear(10, 16), nn.GELU(), nn.Linear(16, 1), nn.Flatten(0))
optim = torch.optim.Adam(clf.parameters(), lr=5e-3)
ACCUM = 4


def micro_step(xb, yb):
    optim.zero_grad(set_to_none=True)  # expect: zero-grad-inside-accumulation
    out = nn.functional.binary_cross_entropy_with_logits(clf(xb), yb) / ACCUM
    out.backward()  # expect: zero-grad-inside-accumulation
    return out.item() * ACCUM


step = micro = 0
it = iter(loader)
while step < 24:
    try:
        xb, yb = next(it)
    except StopIteration:
        it = iter(loader)
        continue
    value = micro_step(xb, yb)
    micro += 1
    if micro % ACCUM == 0:
        optim.step()  # expect: zero-grad-inside-accumulation
        step += 1
print(step, round(value, 4))
