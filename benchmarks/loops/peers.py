"""The same trainings in other libraries, as their documentation shows them."""

import tempfile
import warnings
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from loops.plain import evaluated, moved, optimizer_of
from loops.turns import Turns
from loops.workloads import Workload

warnings.filterwarnings("ignore")

ACCELERATORS = {"cpu": "cpu", "cuda": "gpu"}
"""By device, what Lightning calls it."""


def loader_of(workload: Workload, x: Tensor, y: Tensor) -> DataLoader:
    """The lesson's loader."""
    return DataLoader(TensorDataset(x, y), batch_size=workload.batch, shuffle=True)


def lightning(workload: Workload, x: Tensor, y: Tensor, turns: Turns, **options: Any):
    """Lightning's Trainer, with what it switches on by itself."""
    import lightning as pl

    class Module(pl.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.model, self.loss_fn = workload.model(), nn.CrossEntropyLoss()

        def training_step(self, batch: Any, _: int) -> Tensor:
            logits = self.model(batch[0])
            loss = self.loss_fn(logits, batch[1])
            self.log("loss", loss, on_step=False, on_epoch=True)
            right = (logits.argmax(1) == batch[1]).float().mean()
            self.log("accuracy", right, on_step=False, on_epoch=True)
            return loss

        def configure_optimizers(self) -> Any:
            optimizer, scheduler = optimizer_of(workload, self.model, len(x))
            if scheduler is None:
                return optimizer
            return [optimizer], [{"scheduler": scheduler, "interval": "step"}]

    class Told(pl.Callback):
        def on_train_epoch_start(self, *_: Any) -> None:
            turns.starts()

        def on_train_batch_end(self, *_: Any) -> None:
            turns.step()

        def on_train_epoch_end(self, *_: Any) -> None:
            turns.ends()

    full = workload.recipe == "full"
    module = Module()
    with tempfile.TemporaryDirectory() as folder:
        trainer = pl.Trainer(
            max_epochs=workload.epochs,
            accelerator=ACCELERATORS[workload.device],
            devices=1,
            default_root_dir=folder,
            callbacks=[Told()],
            precision="bf16-mixed" if full else 32,
            gradient_clip_val=1.0 if full else None,
            **options,
        )
        trainer.fit(module, loader_of(workload, x, y))
    return evaluated(module.model)


def lightning_bare(workload: Workload, x: Tensor, y: Tensor, turns: Turns):
    """The same with progress bar, logger and checkpoints off."""
    off = dict.fromkeys(("logger", "enable_checkpointing", "enable_progress_bar"), False)
    return lightning(workload, x, y, turns, enable_model_summary=False, **off)


def fabric(workload: Workload, x: Tensor, y: Tensor, turns: Turns):
    """Lightning Fabric around the lesson's loop."""
    from lightning.fabric import Fabric

    full = workload.recipe == "full"
    precision = "bf16-mixed" if full else "32-true"
    fabric = Fabric(accelerator=ACCELERATORS[workload.device], devices=1, precision=precision)
    fabric.launch()
    model, loss_fn = workload.model(), nn.CrossEntropyLoss()
    optimizer, scheduler = optimizer_of(workload, model, len(x))
    model, optimizer = fabric.setup(model, optimizer)
    loader = fabric.setup_dataloaders(loader_of(workload, x, y))
    for _ in range(workload.epochs):
        model.train()
        total = right = 0
        turns.starts()
        for inputs, target in loader:
            optimizer.zero_grad()
            logits = model(inputs)
            loss = loss_fn(logits, target)
            fabric.backward(loss)
            if full:
                fabric.clip_gradients(model, optimizer, max_norm=1.0)
            optimizer.step()
            if scheduler is not None:
                scheduler.step()
            total += loss.item() * len(target)
            right += (logits.argmax(1) == target).sum().item()
            turns.step()
        turns.ends()
    return evaluated(model)


def accelerate(workload: Workload, x: Tensor, y: Tensor, turns: Turns):
    """Accelerate around the lesson's loop."""
    from accelerate import Accelerator

    full = workload.recipe == "full"
    on_cpu = workload.device == "cpu"
    accelerator = Accelerator(cpu=on_cpu, mixed_precision="bf16" if full else "no")
    model, loss_fn = workload.model(), nn.CrossEntropyLoss()
    optimizer, scheduler = optimizer_of(workload, model, len(x))
    model, optimizer, loader = accelerator.prepare(model, optimizer, loader_of(workload, x, y))
    if scheduler is not None:
        scheduler = accelerator.prepare(scheduler)
    for _ in range(workload.epochs):
        model.train()
        total = right = 0
        turns.starts()
        for inputs, target in loader:
            optimizer.zero_grad()
            logits = model(inputs)
            loss = loss_fn(logits, target)
            accelerator.backward(loss)
            if full:
                accelerator.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            if scheduler is not None:
                scheduler.step()
            total += loss.item() * len(target)
            right += (logits.argmax(1) == target).sum().item()
            turns.step()
        turns.ends()
    return evaluated(model)


def ignite(workload: Workload, x: Tensor, y: Tensor, turns: Turns):
    """Ignite's engine with its loss and accuracy."""
    from ignite.engine import Engine, Events
    from ignite.metrics import Accuracy, Loss

    full = workload.recipe == "full"
    model, loss_fn = workload.model(), nn.CrossEntropyLoss()
    optimizer, scheduler = optimizer_of(workload, model, len(x))

    def step(_: Engine, batch: Any) -> Any:
        inputs, target = moved(batch, workload.device)
        model.train()
        optimizer.zero_grad()
        with torch.autocast(workload.device, torch.bfloat16, enabled=full):
            logits = model(inputs)
            loss = loss_fn(logits, target)
        loss.backward()
        if full:
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        return logits.detach().float(), target

    engine = Engine(step)
    Loss(loss_fn, device=workload.device).attach(engine, "loss")
    Accuracy(device=workload.device).attach(engine, "accuracy")
    engine.add_event_handler(Events.EPOCH_STARTED, lambda _: turns.starts())
    engine.add_event_handler(Events.ITERATION_COMPLETED, lambda _: turns.step())
    engine.add_event_handler(Events.EPOCH_COMPLETED, lambda _: turns.ends())
    engine.run(loader_of(workload, x, y), max_epochs=workload.epochs)
    return evaluated(model)


def skorch(workload: Workload, x: Tensor, y: Tensor, turns: Turns):
    """skorch's classifier, without its validation split."""
    from skorch import NeuralNetClassifier
    from skorch.callbacks import Callback

    class Told(Callback):
        def on_epoch_begin(self, *_: Any, **__: Any) -> None:
            turns.starts()

        def on_batch_end(self, *_: Any, **__: Any) -> None:
            turns.step()

        def on_epoch_end(self, *_: Any, **__: Any) -> None:
            turns.ends()

    model = workload.model()
    net = NeuralNetClassifier(
        model,
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=workload.lr,
        batch_size=workload.batch,
        max_epochs=workload.epochs,
        iterator_train__shuffle=True,
        train_split=None,
        callbacks=[Told()],
        verbose=0,
        device=workload.device,
    )
    net.fit(x, y)
    return evaluated(net.module_)


def keras(workload: Workload, x: Tensor, y: Tensor, turns: Turns, backend: str):
    """Keras' fit on one of its backends, on the device that this finds; the first block holds its compiling."""
    import os

    os.environ["KERAS_BACKEND"] = backend
    # Else JAX takes three quarters of a GPU's memory, where the other contenders are as well.
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"
    import keras as k
    import numpy as np

    k.utils.set_random_seed(0)
    made: list[Any] = []
    for layer in replace(workload, device="cpu").model():  # to be read, not to be trained
        if isinstance(layer, nn.Flatten):
            made.append(k.layers.Flatten())
        elif isinstance(layer, nn.Linear):
            made.append(k.layers.Dense(layer.out_features))
        elif isinstance(layer, nn.ReLU):
            made.append(k.layers.ReLU())
        elif isinstance(layer, nn.Dropout):
            made.append(k.layers.Dropout(layer.p))
        elif isinstance(layer, nn.Conv2d):
            sizes = layer.out_channels, layer.kernel_size
            made.append(k.layers.Conv2D(*sizes, padding="same", data_format="channels_first"))
        elif isinstance(layer, nn.MaxPool2d):
            made.append(k.layers.MaxPooling2D(layer.kernel_size, data_format="channels_first"))
        else:
            raise SystemExit(f"no {type(layer).__name__} for Keras here")
    if workload.recipe == "full":
        k.mixed_precision.set_global_policy("mixed_bfloat16")
        rates = k.optimizers.schedules.CosineDecay(
            workload.lr, workload.epochs * workload.steps(len(x))
        )
        optimizer = k.optimizers.AdamW(rates, weight_decay=0.01, global_clipnorm=1.0)
    else:
        optimizer = k.optimizers.Adam(workload.lr)
    model = k.Sequential(made)
    loss = k.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, metrics=["accuracy"])

    class Told(k.callbacks.Callback):  # asked after each batch it would make Keras wait for JAX
        def on_epoch_begin(self, *_: Any, **__: Any) -> None:
            turns.starts()

        def on_epoch_end(self, *_: Any, **__: Any) -> None:
            turns.step(workload.steps(len(x)))
            turns.ends()

    model.fit(
        x.numpy(),
        y.numpy(),
        batch_size=workload.batch,
        epochs=workload.epochs,
        shuffle=True,
        verbose=0,
        callbacks=[Told()],
    )
    return lambda x: torch.from_numpy(np.array(model.predict(x.numpy(), verbose=0), np.float32))


def keras_torch(workload: Workload, x: Tensor, y: Tensor, turns: Turns):
    """Keras on torch."""
    return keras(workload, x, y, turns, "torch")


def keras_jax(workload: Workload, x: Tensor, y: Tensor, turns: Turns):
    """Keras on JAX."""
    # Keras reads an epoch's losses before it says that the epoch ends: JAX has nothing left to do then.
    turns.gpu = None
    return keras(workload, x, y, turns, "jax")
