import torch
from shared_parts import X, Y, end, said
from torch import nn

model = nn.Linear(5, 2)
optimizer = torch.optim.LBFGS(model.parameters(), max_iter=4)


def closure():
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(X), Y)
    loss.backward()
    said(loss)
    return loss


for _ in range(3):
    optimizer.step(closure)
end(model)
