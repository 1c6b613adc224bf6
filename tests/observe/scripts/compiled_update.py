import torch
from shared_parts import X, Y, end, net, said

model = net()
optimizer = torch.optim.Adam(model.parameters(), lr=0.1)


@torch.compile(backend="eager", fullgraph=True)
def forward(x, y):
    return torch.nn.functional.cross_entropy(model(x), y)


@torch.compile(backend="eager")
def update():
    optimizer.step()


for _ in range(3):
    loss = forward(X, Y)
    optimizer.zero_grad()
    loss.backward()
    said(loss)
    update()
end(model)
