"""The default loop, in the open: all of it, and nothing in it that is out of your reach."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from fourbeat.data.batch import examples, inputs_and_target
from fourbeat.errors import RunError
from fourbeat.loop.contract import check_batch
from fourbeat.loop.directory import free_directory
from fourbeat.loop.run import Run
from fourbeat.loop.share import share_of
from fourbeat.loop.validate import Loss, Metric
from fourbeat.types import Direction


def fit(
    model: nn.Module,
    train_loader: Iterable[Any],
    val_loader: Iterable[Any] | None = None,
    *,
    loss_fn: Loss,
    optimizer: Optimizer,
    epochs: int,
    scheduler: LRScheduler | None = None,
    metrics: Mapping[str, Metric] | None = None,
    select: str = "loss",
    mode: Direction | None = None,
    patience: int | None = None,
    test_loader: Iterable[Any] | None = None,
    out: str | Path | None = None,
    conclude: Callable[[Run], None] | None = None,
    **options: Any,
) -> Run:
    """Train, validate after each epoch, keep the best, stop early, leave a receipt.

    Args:
        model: trained in place; called as `model(*inputs)`. Holds the last weights afterwards;
            `run.load_best()` puts the selected ones in.
        train_loader, val_loader, test_loader: batches `(input, …, target)`. The test is scored
            once, on the selected weights.
        loss_fn: called as `loss_fn(output, target)`; gives the batch's mean.
        optimizer: over the model's parameters.
        epochs: passes over the training data, at most.
        scheduler: stepped as `Run` says.
        metrics: for validation and test, beside loss and accuracy; see `validate`.
        select, mode, patience: see `Epoch.close`.
        out: the run's directory. An unfinished run in it is resumed. Default: the first of
            `runs/fit`, `runs/fit-2`, … that is free.
        conclude: called with the run at the end, in place of scoring validation and test.
        **options: for `Run`: schedule, seed, checkpoint_every, extra, …

    Returns:
        The run, finished: `run.receipt` has curves, selection and results.
    """
    directory = free_directory("fit") if out is None else Path(out)
    with Run(directory, model=model, optimizer=optimizer, scheduler=scheduler, **options) as run:

        def forward(batch: Any) -> Any:
            if not torch.compiler.is_compiling() and run.whole and run.state.step == 0:
                check_batch(model, batch, loss_fn)
            inputs, target = inputs_and_target(batch)
            logits = model(*inputs)
            share = share_of(loss_fn, target, examples(batch))
            return loss_fn(logits, target), logits, share

        for epoch in run.epochs(epochs):
            for step in run.train(train_loader, forward if run.whole else None):
                if run.whole:
                    continue  # it is taken
                if step.number == 0:
                    check_batch(model, step.batch, loss_fn)
                for batch in step.batches:
                    loss, logits, share = forward(batch)
                    step.backward(loss, logits, weight=share)
                step.update()
            report = run.validate(val_loader, loss_fn, metrics) if val_loader is not None else None
            if epoch.close(report, select=select, mode=mode, patience=patience):
                break
        if val_loader is not None and run.state.selection.best is None:
            raise RunError(
                f"the validation's {select} was never finite: nothing was selected",
                str(directory),
                "Lower the learning rate, and look at the data for extreme values",
            )
        if conclude is not None:
            conclude(run)
            return run
        for name, loader in (("validation", val_loader), ("test", test_loader)):
            if loader is not None:
                run.evaluate(name, loader, loss_fn, metrics)
    return run
