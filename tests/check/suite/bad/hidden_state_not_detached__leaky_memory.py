"""Online anomaly score with a slowly leaking memory of what was seen."""
import torch
import torch.nn as nn

torch.manual_seed(17)


class LeakyMemory(nn.Module):
    def __init__(self, n_in, n_memory, leak=0.9):
        super().__init__()
        self.write = nn.Linear(n_in, n_memory)
        self.read = nn.Linear(n_memory, n_in)
        self.leak = leak

    def initial(self, batch):
        return torch.zeros(batch, self.write.out_features)

    def forward(self, x, memory):
        memory = self.leak * memory + (1 - self.leak) * self.write(x)  # expect: hidden-state-not-detached
        return self.read(torch.tanh(memory)), memory


t = torch.arange(0, 320) * 0.1
stream = torch.stack([torch.sin(t), torch.cos(0.5 * t), torch.sin(0.3 * t + 1)], dim=-1)
stream = stream.reshape(4, 80, 3) + 0.05 * torch.randn(4, 80, 3)

model = LeakyMemory(3, 16)
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
loss_fn = nn.MSELoss()

memory = model.initial(4)
for now in range(79):
    prediction, memory = model(stream[:, now], memory)  # expect: hidden-state-not-detached
    loss = loss_fn(prediction, stream[:, now + 1])
    optimizer.zero_grad()
    loss.backward(retain_graph=True)  # expect: hidden-state-not-detached
    optimizer.step()
    if now % 20 == 0:
        print(now, round(loss.item(), 4))
