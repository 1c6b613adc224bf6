import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call


class SineTask:
    def __init__(self) -> None:
        self.amplitude = 0.5 + 2 * torch.rand(1)
        self.phase = torch.rand(1) * 3.14

    def draw(self, n: int) -> tuple[Tensor, Tensor]:
        x = torch.rand(n, 1) * 8 - 4
        return x, self.amplitude * torch.sin(x + self.phase)


class MAML:
    def __init__(self, model: nn.Module, inner_lr: float = 0.02, inner_steps: int = 2) -> None:
        self.model, self.inner_lr, self.inner_steps = model, inner_lr, inner_steps
        self.meta_opt = torch.optim.Adam(model.parameters(), lr=3e-3)

    def adapt(self, x: Tensor, y: Tensor, create_graph: bool) -> dict[str, Tensor]:
        weights = dict(self.model.named_parameters())
        for _ in range(self.inner_steps):
            loss = F.mse_loss(functional_call(self.model, weights, (x,)), y)
            grads = torch.autograd.grad(loss, list(weights.values()), create_graph=create_graph)
            weights = {k: w - self.inner_lr * g for (k, w), g in zip(weights.items(), grads)}
        return weights

    def meta_step(self, tasks: list[SineTask]) -> float:
        self.meta_opt.zero_grad()
        outer = []
        for task in tasks:
            fast = self.adapt(*task.draw(10), create_graph=True)
            x, y = task.draw(10)
            outer.append(F.mse_loss(functional_call(self.model, fast, (x,)), y))
        loss = torch.stack(outer).mean()
        loss.backward()
        self.meta_opt.step()
        return loss.item()


torch.manual_seed(7)
maml = MAML(nn.Sequential(nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 1)))
for it in range(20):
    value = maml.meta_step([SineTask() for _ in range(4)])
    if it % 5 == 4:
        print("meta iteration", it + 1, "loss", round(value, 4))

new = SineTask()
fast = maml.adapt(*new.draw(10), create_graph=False)
with torch.no_grad():
    x, y = new.draw(50)
    print("new task: before", F.mse_loss(maml.model(x), y).item(), "after", F.mse_loss(functional_call(maml.model, fast, (x,)), y).item())
