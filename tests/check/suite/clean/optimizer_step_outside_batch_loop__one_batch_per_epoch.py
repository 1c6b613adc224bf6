import torch
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(18)
points = torch.randn(120, 2)
inside = (points.norm(dim=1) < 1.1).long()
loader = DataLoader(TensorDataset(points, inside), batch_size=len(points), shuffle=True)
clf = torch.nn.Sequential(torch.nn.Linear(2, 20), torch.nn.ReLU(), torch.nn.Linear(20, 2))
opt = torch.optim.Adam(clf.parameters(), lr=0.03)
for epoch in range(20):
    for xb, yb in loader:
        opt.zero_grad()
        loss = torch.nn.functional.cross_entropy(clf(xb), yb)
        loss.backward()
    opt.step()
    if epoch % 5 == 4:
        print(epoch + 1, loss.item())
