import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(17)
text = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 16))
image = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 16))
logit_scale = nn.Parameter(torch.tensor(2.0))
optimizer = torch.optim.AdamW([*text.parameters(), *image.parameters(), logit_scale], lr=2e-3)
to_text, to_image = torch.randn(5, 12), torch.randn(5, 20)

for step in range(60):
    hidden = torch.randn(32, 5)
    t = F.normalize(text(hidden @ to_text), dim=1)
    i = F.normalize(image(hidden @ to_image), dim=1)
    similarity = logit_scale.exp() * t @ i.T
    rows = -F.log_softmax(similarity, dim=1).diagonal().mean()
    columns = -F.log_softmax(similarity, dim=0).diagonal().mean()
    loss = (rows + columns) / 2
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        hits = (similarity.softmax(dim=0).argmax(0) == torch.arange(32)).float().mean()
        print(step, loss.item(), hits.item())
