import atexit
import sys

import torch
from shared_parts import X, Y, net, said

atexit.register(print, "at the end")
model = net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for number in range(10):
    loss = torch.nn.functional.cross_entropy(model(X), Y)
    optimizer.zero_grad()
    loss.backward()
    said(loss)
    optimizer.step()
    if number == 2:
        sys.exit(7)
