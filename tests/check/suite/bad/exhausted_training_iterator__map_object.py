import torch
from torch import nn

torch.manual_seed(30)
x = torch.randn(400, 5)
y = (x.sum(1) > 0).float()
batches = [(x[i : i + 40], y[i : i + 40]) for i in range(0, 400, 40)]
jittered = map(lambda b: (b[0] + 0.05 * torch.randn_like(b[0]), b[1]), batches)  # expect: exhausted-training-iterator

model = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
n_epochs = 5
for epoch in range(n_epochs):
    model.train()
    running = 0.0
    for xb, yb in jittered:  # expect: exhausted-training-iterator
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(model(xb).squeeze(1), yb)
        loss.backward()
        optimizer.step()
        running += loss.item() * len(xb)
    model.eval()
    with torch.no_grad():
        accuracy = ((model(x).squeeze(1) > 0) == (y > 0.5)).float().mean()
    print(f"epoch {epoch}: loss {running / 400:.4f} accuracy {accuracy:.3f}")
