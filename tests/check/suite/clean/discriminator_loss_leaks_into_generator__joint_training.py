# encoder and decoder have optimizers of their own, but one loss on purpose
import torch
import torch.nn as nn
from torch.utils.data import DataLoader

torch.manual_seed(19)
X = torch.randn(256, 3) @ torch.randn(3, 9)
X = (X - X.mean(0)) / X.std(0)
encoder, decoder = nn.Linear(9, 3), nn.Linear(3, 9)
enc_opt = torch.optim.Adam(encoder.parameters(), lr=0.01)
dec_opt = torch.optim.Adam(decoder.parameters(), lr=0.02)
for epoch in range(4):
    for x in DataLoader(X, batch_size=32, shuffle=True):
        loss = nn.functional.mse_loss(decoder(encoder(x)), x)
        enc_opt.zero_grad()
        dec_opt.zero_grad()
        loss.backward()
        enc_opt.step()
        dec_opt.step()
    print(epoch, round(loss.item(), 4))
