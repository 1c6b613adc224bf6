import torch

# big batches are processed in chunks so that they fit into memory
torch.manual_seed(21)
A = torch.randn(512, 20)
target = torch.tanh(A[:, 0]) + A[:, 1] * A[:, 2]
net = torch.nn.Sequential(torch.nn.Linear(20, 40), torch.nn.Tanh(), torch.nn.Linear(40, 1))
sgd = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)

for epoch in range(4):
    perm = torch.randperm(512)
    epoch_loss = 0.0
    for big in perm.split(128):
        for small in big.split(32):
            sgd.zero_grad()  # expect: zero-grad-inside-accumulation
            pred = net(A[small]).squeeze(1)
            loss = (pred - target[small]).pow(2).mean() * (len(small) / len(big))
            loss.backward()
            epoch_loss += loss.item()
        sgd.step()
    print(epoch, epoch_loss / 4)
