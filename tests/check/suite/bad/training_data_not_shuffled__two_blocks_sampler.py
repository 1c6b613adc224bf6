import torch
from torch.utils.data import BatchSampler, DataLoader, SequentialSampler, TensorDataset

torch.manual_seed(24)
healthy = torch.randn(150, 8)
ill = torch.randn(150, 8) + torch.tensor([1.0, 0, -1, 0, 0, 0.5, 0, 0])
data = TensorDataset(torch.cat([healthy, ill]), torch.cat([torch.zeros(150), torch.ones(150)]))
batches = BatchSampler(SequentialSampler(data), batch_size=25, drop_last=False)  # expect: training-data-not-shuffled
loader = DataLoader(data, batch_sampler=batches)  # expect: training-data-not-shuffled

class LogReg(torch.nn.Module):
    def __init__(self, d):
        super().__init__()
        self.lin = torch.nn.Linear(d, 1)
    def forward(self, x):
        return self.lin(x).squeeze(1)

net = LogReg(8)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(5):
    for x, y in loader:
        loss = torch.nn.functional.binary_cross_entropy_with_logits(net(x), y)
        opt.zero_grad(); loss.backward(); opt.step()
    print(epoch, loss.item())
