import torch
import torch.nn.functional as F

torch.manual_seed(11)
n_tags = 5
docs = torch.rand(256, 30).bernoulli()
W = torch.randn(30, n_tags)
tags = (docs @ W > 0).float()

net = torch.nn.Sequential()
net.add_module('hidden', torch.nn.Linear(30, 40))
net.add_module('act', torch.nn.LeakyReLU())
net.add_module('out', torch.nn.Linear(40, n_tags))
net.add_module('prob', torch.nn.Sigmoid())  # expect: sigmoid-before-bce-with-logits
trainer = torch.optim.RMSprop(net.parameters(), lr=2e-3)
pos_weight = (1 - tags.mean(0)) / tags.mean(0)

for epoch in range(4):
    for chunk in torch.randperm(256).chunk(8):
        trainer.zero_grad()
        loss = F.binary_cross_entropy_with_logits(net(docs[chunk]), tags[chunk], pos_weight=pos_weight)  # expect: sigmoid-before-bce-with-logits
        loss.backward()
        trainer.step()
    print(epoch, loss.item())
