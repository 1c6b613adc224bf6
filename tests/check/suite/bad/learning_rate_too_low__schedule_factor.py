import torch
from torch import nn


class Factor:
    def __init__(self, decay: float) -> None:
        self.decay = decay

    def __call__(self, epoch: int) -> float:
        return 1e-7 * self.decay**epoch  # expect: learning-rate-too-low


torch.manual_seed(15)
tokens = torch.randint(0, 30, (280, 5))
y = (tokens.sum(1) > 72).float()
net = nn.Sequential(nn.EmbeddingBag(30, 16), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.0)  # expect: learning-rate-too-low
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, Factor(0.95))  # expect: learning-rate-too-low
for epoch in range(4):
    for b in torch.randperm(280).split(28):
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(net(tokens[b]).squeeze(1), y[b])
        loss.backward()
        optimizer.step()
    scheduler.step()
    print(f"epoch {epoch} loss {loss.item():.6f}")
