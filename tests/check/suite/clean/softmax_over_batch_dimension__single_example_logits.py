# one sample at a time, a vector of logits: dim 0 is the class dimension
import torch
import torch.nn.functional as F

torch.manual_seed(77)
words = torch.randint(0, 12, (64, 4))
topic = (words.sum(1) // 12).clamp(max=3)
emb = torch.nn.Embedding(12, 10)
fc = torch.nn.Linear(40, 4)
opt = torch.optim.SGD(list(emb.parameters()) + list(fc.parameters()), lr=0.05)
for epoch in range(2):
    total = 0.0
    for i in torch.randperm(64).tolist():
        logits = fc(emb(words[i]).flatten())
        loss = -F.log_softmax(logits, dim=0)[topic[i]]
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item()
    print(epoch, total / 64)
