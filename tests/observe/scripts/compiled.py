import torch
from shared_parts import X, Y, end, net, said

model = net()
fast = torch.compile(model, backend="aot_eager")
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(3):
    loss = torch.nn.functional.cross_entropy(fast(X), Y)
    optimizer.zero_grad()
    loss.backward()
    said(loss)
    optimizer.step()
end(model)
