import copy
import torch
import torch.nn as nn

torch.manual_seed(15)
x = torch.randn(400, 8)
y = (x[:, :3].sum(1) > 0).long()
model = nn.Sequential(nn.Linear(8, 24), nn.ReLU(), nn.Linear(24, 2))
eval_model = copy.deepcopy(model)  # expect: *
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(4):
    model.train()
    for b in torch.randperm(320).split(32):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x[b]), y[b]).backward()
        optimizer.step()
    eval_model.eval()
    with torch.no_grad():
        acc = (eval_model(x[320:]).argmax(1) == y[320:]).float().mean().item()  # expect: *
    print('epoch', epoch, 'accuracy', acc)
