# two-way in-batch matching as in image-text models: rows and columns both normalised
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(9)
latent = torch.randn(320, 6)
images = latent @ torch.randn(6, 20) + 0.2 * torch.randn(320, 20)
texts = latent @ torch.randn(6, 14) + 0.2 * torch.randn(320, 14)
img_enc, txt_enc = nn.Linear(20, 8), nn.Linear(14, 8)
log_temp = nn.Parameter(torch.tensor(1.5))
opt = torch.optim.Adam([*img_enc.parameters(), *txt_enc.parameters(), log_temp], lr=1e-2)
for epoch in range(4):
    for b in torch.randperm(320).split(32):
        a = F.normalize(img_enc(images[b]), dim=1)
        c = F.normalize(txt_enc(texts[b]), dim=1)
        logits = a @ c.t() * log_temp.exp()
        rows = -F.log_softmax(logits, dim=1).diagonal().mean()
        cols = -F.log_softmax(logits, dim=0).diagonal().mean()
        loss = (rows + cols) / 2
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
