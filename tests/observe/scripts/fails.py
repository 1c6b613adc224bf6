import torch
from shared_parts import X, Y, net, said

model = net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for number in range(10):
    x = X if number < 2 else X[:, :4]
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(model(x), Y)
    loss.backward()
    said(loss)
    optimizer.step()
