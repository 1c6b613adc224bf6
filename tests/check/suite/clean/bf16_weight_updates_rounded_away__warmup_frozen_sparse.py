# bf16 weights, a rate that is large enough for them, linear warm-up from 0, a frozen table and a sparse one
import torch
import torch.nn as nn

torch.manual_seed(44)
words = torch.randint(0, 200, (400, 5))
truth = torch.randn(200)
label = (truth[words].sum(1) > 0).long()
frozen = nn.Embedding(200, 6).bfloat16().requires_grad_(False)
table = nn.Embedding(200, 6).bfloat16()
head = nn.Linear(12, 2).bfloat16()
opt = torch.optim.Adam([*table.parameters(), *head.parameters()], lr=0.05)
warm = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: min(1.0, s / 6))
for epoch in range(4):
    mean = 0.0
    for b in torch.randperm(400).split(40):
        opt.zero_grad()
        h = torch.cat([frozen(words[b]).mean(1), table(words[b]).sum(1)], 1)
        loss = nn.functional.cross_entropy(head(h).float(), label[b])
        loss.backward()
        opt.step()
        warm.step()
        mean += loss.item() / 10
    print(epoch, mean)
