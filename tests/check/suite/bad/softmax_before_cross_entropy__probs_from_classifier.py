import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(15)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv1d(2, 8, 3), nn.ReLU(), nn.AdaptiveMaxPool1d(1), nn.Flatten(), nn.Linear(8, 4))

    def forward(self, x):
        logits = self.body(x)
        return {"logits": logits, "probs": logits.softmax(dim=1), "label": logits.argmax(dim=1)}


def criterion(output, target, smoothing=0.0):
    return F.cross_entropy(output["probs"], target, label_smoothing=smoothing)  # expect: softmax-before-cross-entropy


net = Classifier()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for step in range(50):
    y = torch.randint(0, 4, (32,))
    x = torch.randn(32, 2, 16)
    x[torch.arange(32), y % 2, 4 + y] += 3
    loss = criterion(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
