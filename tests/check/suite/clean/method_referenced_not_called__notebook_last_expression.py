# %% exported notebook: bare expressions at the ends of cells
import torch
import torch.nn as nn

torch.manual_seed(50)
x = torch.randn(210, 6)
y = x.abs().argmax(1)
x.shape
# %%
model = nn.Sequential(nn.Linear(6, 30), nn.ReLU(), nn.Linear(30, 6))
model
# %%
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
history = []
for epoch in range(5):
    for b in torch.randperm(210).split(30):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x[b]), y[b])
        loss.backward()
        optimizer.step()
    history.append(loss.item())
# %%
history
# %%
print(['%.3f' % h for h in history])
