"""Replaces sys.stdout, changes directory, warns, writes files."""

import os
import sys

import torch
from shared_parts import X, Y, end, net, said


class Tee:
    def __init__(self, stream):
        self.stream, self.kept = stream, []

    def write(self, text):
        self.kept.append(text)
        return self.stream.write(text)

    def flush(self):
        self.stream.flush()


sys.stdout = Tee(sys.stdout)
os.makedirs("elsewhere", exist_ok=True)
os.chdir("elsewhere")
model = net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1)
schedule.step()  # before the optimizer: PyTorch warns
for _ in range(3):
    loss = torch.nn.functional.cross_entropy(model(X), Y)
    optimizer.zero_grad()
    loss.backward()
    said(loss)
    optimizer.step()
torch.save(model.state_dict(), "model.pt")
print(sorted(os.listdir()), len(sys.stdout.kept))
end(model)
