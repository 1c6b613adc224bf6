import torch
import torch.nn as nn
import torch.nn.functional as F


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 8, 3, stride=2, padding=1)
        self.c2 = nn.Conv2d(8, 16, 3, stride=2, padding=1)

    def forward(self, x):
        p1 = F.relu(self.c1(x))
        return [p1, F.relu(self.c2(p1))]


class Detector(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.backbone = Backbone()
        self.laterals = [nn.Conv2d(8, width, 1), nn.Conv2d(16, width, 1)]  # expect: submodules-in-plain-list
        self.objectness = nn.Conv2d(width, 1, 1)
        self.box = nn.Conv2d(width, 4, 1)

    def forward(self, images):
        feats = [lat(f) for lat, f in zip(self.laterals, self.backbone(images))]  # expect: submodules-in-plain-list
        return [(self.objectness(f), self.box(F.relu(f))) for f in feats]


def make_batch(n):
    images = 0.3 * torch.randn(n, 1, 16, 16)
    corners = torch.randint(0, 8, (n, 2))
    sizes = torch.randint(3, 8, (n, 2))
    for i in range(n):
        (r, c), (h, w) = corners[i].tolist(), sizes[i].tolist()
        images[i, 0, r : r + h, c : c + w] += 1
    return images, torch.cat([corners, sizes], 1).float() / 8


def criterion(outputs, boxes):
    loss_obj = loss_box = 0.0
    for obj, box in outputs:
        n, _, h, w = obj.shape
        cy = ((boxes[:, 0] + boxes[:, 2] / 2) / 2 * h).long().clamp(0, h - 1)
        cx = ((boxes[:, 1] + boxes[:, 3] / 2) / 2 * w).long().clamp(0, w - 1)
        target = torch.zeros_like(obj)
        rows = torch.arange(n)
        target[rows, 0, cy, cx] = 1
        loss_obj = loss_obj + F.binary_cross_entropy_with_logits(obj, target, pos_weight=torch.tensor(float(h * w - 1)))
        loss_box = loss_box + F.smooth_l1_loss(box[rows, :, cy, cx], boxes)
    return {"obj": loss_obj, "box": loss_box}


torch.manual_seed(12)
detector = Detector()
optimizer = torch.optim.AdamW(detector.parameters(), lr=2e-3)
for it in range(24):
    images, boxes = make_batch(16)
    losses = criterion(detector(images), boxes)
    loss = sum(losses.values())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if it % 8 == 0:
        print(it, {k: round(v.item(), 3) for k, v in losses.items()})
