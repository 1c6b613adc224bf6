"""An LSTM; four batches to a step, and a learning rate that moves with every step."""

import sys

import torch
from torch import nn

import fourbeat as fb


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(12, 8)
        self.lstm = nn.LSTM(8, 16, batch_first=True, num_layers=2, dropout=0.2)
        self.out = nn.Linear(16, 2)

    def forward(self, tokens):
        return self.out(self.lstm(self.embed(tokens))[0][:, -1])


torch.manual_seed(3)
tokens = torch.randint(0, 12, (396, 9))
labels = (tokens.sum(1) % 2 == 0).long()
loader = fb.TensorLoader(tokens, labels, batch_size=11, shuffle=True, seed=3)
model = Tagger()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=2e-2, total_steps=306)
loss_fn = nn.CrossEntropyLoss()

with fb.Run(
    sys.argv[1], model=model, optimizer=optimizer, scheduler=scheduler, seed=3, accumulate=4
) as run:
    for epoch in run.epochs(34):
        for step in run.train(loader):
            for inputs, target in step.batches:
                step.backward(loss_fn(model(inputs), target))
            step.update()
        epoch.close(run.validate(loader, loss_fn))
