import torch
import torch.nn as nn

torch.manual_seed(19)
depth = 4
layer = nn.Sequential(nn.Linear(10, 10), nn.Tanh())
encoder = nn.Sequential(*[layer for _ in range(depth)])  # expect: layers-share-weights-by-accident
decoder = nn.Linear(10, 1)
inputs = torch.randn(280, 10)
targets = inputs[:, :4].sum(1, keepdim=True).cos()
optimizer = torch.optim.SGD(list(encoder.parameters()) + list(decoder.parameters()), lr=0.05, momentum=0.9)
for epoch in range(3):
    running = 0.
    for rows in torch.randperm(280).split(28):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(decoder(encoder(inputs[rows])), targets[rows])
        loss.backward()
        optimizer.step()
        running += loss.item() / 10
    print('epoch %d loss %.4f' % (epoch, running))
