"""The loops that people write by hand."""

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.utils.data import DataLoader, TensorDataset

from loops.turns import Turns
from loops.workloads import Workload


def optimizer_of(workload: Workload, model: nn.Module, rows: int, **options):
    """The optimizer, and the scheduler that a full recipe has."""
    if workload.recipe == "adam":
        return torch.optim.Adam(model.parameters(), lr=workload.lr, **options), None
    optimizer = torch.optim.AdamW(model.parameters(), lr=workload.lr, **options)
    return optimizer, CosineAnnealingLR(optimizer, workload.epochs * workload.steps(rows))


def moved(batch: list[Tensor], device: str) -> list[Tensor]:
    """A batch on the device, as lessons move it; on a CPU it is there, and asking would take its time."""
    return batch if device == "cpu" else [tensor.to(device) for tensor in batch]


def evaluated(model: nn.Module):
    """The network as a function of rows on the CPU, in eval mode; logits come back to the CPU."""

    def logits(x: Tensor) -> Tensor:
        model.eval()
        with torch.no_grad():
            return model(x.to(next(model.parameters()).device)).cpu()

    return logits


def lesson(workload: Workload, x: Tensor, y: Tensor, turns: Turns):
    """The lessons' loop: a DataLoader over a dataset, the loss read each step."""
    model, loss_fn = workload.model(), nn.CrossEntropyLoss()
    optimizer, scheduler = optimizer_of(workload, model, len(x))
    loader = DataLoader(TensorDataset(x, y), batch_size=workload.batch, shuffle=True)
    full, device = workload.recipe == "full", workload.device
    for _ in range(workload.epochs):
        model.train()
        total = right = 0
        turns.starts()
        for batch in loader:
            inputs, target = moved(batch, device)
            optimizer.zero_grad()
            with torch.autocast(device, torch.bfloat16, enabled=full):
                logits = model(inputs)
                loss = loss_fn(logits, target)
            loss.backward()
            if full:
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            if scheduler is not None:
                scheduler.step()
            total += loss.item() * len(target)
            right += (logits.argmax(1) == target).sum().item()
            turns.step()
        turns.ends()
    return evaluated(model)


def tuned(workload: Workload, x: Tensor, y: Tensor, turns: Turns):
    """A good loop by hand: batches cut from tensors on the device, a fused optimizer, sums that stay tensors."""
    model, loss_fn = workload.model(), nn.CrossEntropyLoss()
    optimizer, scheduler = optimizer_of(workload, model, len(x), fused=True)
    full, device = workload.recipe == "full", workload.device
    x, y = x.to(device), y.to(device)
    for _ in range(workload.epochs):
        model.train()
        total = torch.zeros((), device=device)
        right = torch.zeros((), dtype=torch.int64, device=device)
        turns.starts()
        for rows in torch.randperm(len(x), device=device).split(workload.batch):
            inputs, target = x[rows], y[rows]
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast(device, torch.bfloat16, enabled=full):
                logits = model(inputs)
                loss = loss_fn(logits, target)
            loss.backward()
            if full:
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            if scheduler is not None:
                scheduler.step()
            total += loss.detach() * len(target)
            right += (logits.argmax(1) == target).sum()
            turns.step()
        turns.ends()
    return evaluated(model)
