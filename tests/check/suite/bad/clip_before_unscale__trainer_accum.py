from torch.nn.utils import clip_grad_norm_
import torch


class AmpTrainer:
    def __init__(self, model, lr=1e-3, accum=2, clip=0.5):
        self.model, self.accum, self.clip = model, accum, clip
        self.optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        self.grad_scaler = torch.amp.GradScaler(device="cpu", init_scale=2.0 ** 14)
        self.calls = 0

    def step(self, images, labels):
        loss = torch.nn.functional.cross_entropy(self.model(images), labels)
        self.grad_scaler.scale(loss / self.accum).backward()
        self.calls += 1
        if self.calls % self.accum == 0:
            clip_grad_norm_(self.model.parameters(), self.clip)  # expect: clip-before-unscale
            self.grad_scaler.step(self.optimizer)
            self.grad_scaler.update()
            self.optimizer.zero_grad()
        return float(loss.detach())


if __name__ == '__main__':
    torch.manual_seed(5)
    labels = torch.randint(0, 2, (192,))
    images = torch.randn(192, 1, 6, 6) + labels.view(-1, 1, 1, 1) * torch.eye(6)
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(64, 2))
    trainer = AmpTrainer(model)
    for epoch in range(4):
        log = [trainer.step(images[i], labels[i]) for i in torch.randperm(192).split(16)]
        print('epoch', epoch, 'mean', sum(log) / len(log))
