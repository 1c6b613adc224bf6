import torch
from torch import autograd, nn, optim


class Critic(nn.Module):
    def __init__(self, hidden: int = 32) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, hidden), nn.LeakyReLU(0.2), nn.Linear(hidden, hidden), nn.LeakyReLU(0.2), nn.Linear(hidden, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.net(x)


class Generator(nn.Module):
    def __init__(self, z: int = 2, hidden: int = 32) -> None:
        super().__init__()
        self.z = z
        self.net = nn.Sequential(nn.Linear(z, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 2))

    def forward(self, n: int) -> torch.Tensor:
        return self.net(torch.randn(n, self.z))


def swiss_roll(n: int) -> torch.Tensor:
    t = 1.5 * torch.pi * (1 + 2 * torch.rand(n))
    return torch.stack([t * t.cos(), t * t.sin()], 1) / 10 + 0.05 * torch.randn(n, 2)


def gradient_penalty(critic: nn.Module, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    alpha = torch.rand(real.size(0), 1)
    mixed = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
    grad = autograd.grad(critic(mixed).sum(), mixed, create_graph=True)[0]
    return ((grad.norm(2, dim=1) - 1) ** 2).mean()


def main(iterations: int = 12, n_critic: int = 3, batch: int = 48, lam: float = 0.1) -> None:
    torch.manual_seed(1)
    critic, gen = Critic(), Generator()
    opt_c = optim.Adam(critic.parameters(), lr=1e-3, betas=(0.5, 0.9))
    opt_g = optim.Adam(gen.parameters(), lr=1e-3, betas=(0.5, 0.9))
    for it in range(iterations):
        for p in critic.parameters():
            p.requires_grad = True
        for _ in range(n_critic):
            real = swiss_roll(batch)
            with torch.no_grad():
                fake = gen(batch)
            wasserstein = critic(real).mean() - critic(fake).mean()
            loss_c = -wasserstein + lam * gradient_penalty(critic, real, fake)
            opt_c.zero_grad()
            loss_c.backward()
            opt_c.step()
        for p in critic.parameters():
            p.requires_grad = False
        loss_g = -critic(gen(batch)).mean()
        opt_g.zero_grad()
        loss_g.backward()
        opt_g.step()
        if it % 4 == 3:
            print(f"iteration {it + 1} distance {wasserstein.item():.4f}")


if __name__ == "__main__":
    main()
