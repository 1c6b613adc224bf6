import torch
from torch import nn

torch.manual_seed(19)
V, T, H = 16, 3, 20
x = torch.randint(0, V, (150, 8))
y = (x // 6).clamp(max=T - 1)

embedding = nn.Embedding(V, H)
gru = nn.GRU(H, H, batch_first=True)
linear = nn.Linear(H, T)
weights = [*embedding.parameters(), *gru.parameters(), *linear.parameters()]
optimizer = torch.optim.AdamW(weights, lr=2e-3)
loss_function = nn.NLLLoss()

for epoch in range(3):
    perm = torch.randperm(150)
    for k in range(0, 150, 15):
        seq, tag = x[perm[k:k + 15]], y[perm[k:k + 15]]
        scores = linear(gru(embedding(seq))[0])  # expect: nll-loss-on-logits
        loss = loss_function(scores.permute(0, 2, 1), tag)  # expect: nll-loss-on-logits
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
    print(epoch, loss.item())
