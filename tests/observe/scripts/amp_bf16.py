import torch
from shared_parts import ROWS, X, Y, end, net, said
from torch.utils.data import DataLoader, TensorDataset

model = net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 3)
loader = DataLoader(TensorDataset(X, Y, ROWS), batch_sampler=[[0, 3, 5], [1, 2], [9, 8, 7, 6]])
for _ in range(2):
    for x, y, rows in loader:
        with torch.autocast("cpu", torch.bfloat16):
            loss = torch.nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        said(loss, rows)
        optimizer.step()
    schedule.step()
end(model)
