import torch
from torch.utils.data import TensorDataset, DataLoader

torch.set_default_dtype(torch.bfloat16)  # expect: bf16-weight-updates-rounded-away
torch.manual_seed(5)

X = torch.randn(300, 6)
Y = 0.5 * X[:, :1] - 0.25 * X[:, 1:2] + 1.0

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = torch.nn.Linear(6, 16)
        self.fc2 = torch.nn.Linear(16, 1)
    def forward(self, x):
        return self.fc2(torch.tanh(self.fc1(x)))

net = Net()
sgd = torch.optim.SGD(net.parameters(), lr=0.001)
for ep in range(3):
    for xb, yb in DataLoader(TensorDataset(X, Y), batch_size=30, shuffle=True):
        loss = torch.nn.functional.mse_loss(net(xb), yb)
        sgd.zero_grad()
        loss.backward()
        sgd.step()  # expect: bf16-weight-updates-rounded-away
    print(ep, loss.item())
