import torch
import torch.nn.functional as F
from shared_parts import ROWS, X, Y, end, net, said
from torch.utils.data import DataLoader, TensorDataset

loader = DataLoader(TensorDataset(X, Y, ROWS), batch_size=5, shuffle=True)
model = net()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(2):
    model.train()
    for x, y, rows in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        said(loss, rows)
        optimizer.step()
    model.eval()
    with torch.no_grad():
        for x, *_ in loader:
            model(x)
end(model)
