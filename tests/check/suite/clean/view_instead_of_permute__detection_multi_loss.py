"""Anchor-free detection in miniature: objectness, class and box losses, in-batch hard negatives."""
import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(103)
S, C = 4, 3


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 8, 3, 2, 1), nn.GroupNorm(2, 8), nn.ReLU(), nn.Conv2d(8, 16, 3, 2, 1), nn.ReLU()
        )
        self.head = nn.Conv2d(16, 1 + C + 4, 1)

    def forward(self, x):
        out = self.head(self.body(x)).permute(0, 2, 3, 1)
        return out[..., 0], out[..., 1 : 1 + C], out[..., 1 + C :]


def scenes(n):
    images = 0.2 * torch.randn(n, 1, 16, 16)
    obj, cls, box = torch.zeros(n, S, S), torch.zeros(n, S, S, dtype=torch.long), torch.zeros(n, S, S, 4)
    for b in range(n):
        for _ in range(2):
            r, c = torch.randint(0, S, (2,)).tolist()
            k = int(torch.randint(0, C, ()))
            images[b, 0, 4 * r : 4 * r + 2 + k, 4 * c : 4 * c + 3] += 1 + k
            obj[b, r, c], cls[b, r, c] = 1, k
            box[b, r, c] = torch.tensor([0.0, 0.0, 3.0, 2.0 + k]) / 4
    return images, obj, cls, box


def losses(pred, obj, cls, box):
    po, pc, pb = pred
    pos = obj.bool()
    neg = F.binary_cross_entropy_with_logits(po[~pos], obj[~pos], reduction="none")
    hard = neg.topk(min(len(neg), 3 * int(pos.sum()))).values
    return {
        "obj": F.binary_cross_entropy_with_logits(po[pos], obj[pos]) + hard.mean(),
        "cls": F.cross_entropy(pc[pos], cls[pos]),
        "box": F.smooth_l1_loss(pb[pos], box[pos]),
    }


net = Detector()
opt = torch.optim.AdamW(net.parameters(), lr=5e-3)
weight = {"obj": 1.0, "cls": 1.0, "box": 5.0}
log = {k: [] for k in weight}
for step in range(25):
    images, *target = scenes(12)
    parts = losses(net(images), *target)
    opt.zero_grad()
    sum(weight[k] * v for k, v in parts.items()).backward()
    opt.step()
    for k, v in parts.items():
        log[k].append(v.item())
print({k: round(sum(v[-5:]) / 5, 3) for k, v in log.items()})
