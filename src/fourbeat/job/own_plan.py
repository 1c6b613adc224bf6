"""A training on data of the user's own, as far as it differs from one on a table."""

from collections.abc import Iterable
from typing import Any

from torch import Tensor, nn

from fourbeat.checkpoint import rng
from fourbeat.config.options import Config
from fourbeat.data.batch import device_of, examples, inputs_and_target, tensors, to_device
from fourbeat.data.own import OwnData, SampleShape, read_own
from fourbeat.data.record import DataRecord
from fourbeat.errors import BatchError, ConfigError, DataError, FourbeatError
from fourbeat.loop.modes import left_alone, mode

BATCH = 64
"""Rows in a batch where the number of rows is not known."""


def read(config: Config) -> OwnData:
    """The data that a configuration's factory makes; see `read_own`.

    Raises:
        ConfigError: for options that need to know the training rows beforehand.
    """
    if config.train.class_weights == "balanced":
        raise ConfigError(
            "'balanced' needs the labels of all training rows at hand",
            "train.class_weights",
            "Give one weight a class",
        )
    if config.image is not None:
        raise ConfigError("data of your own has no use for 'image'", "image", "Leave it out")
    rng.seed_everything(config.seed)
    data = read_own(config.data, config.split, config.split_seed)
    if data.batched and config.train.batch_size is not None:
        raise ConfigError(
            "the training loader has batches of its own", "train.batch_size", "Leave it out"
        )
    return data


def peek(data: OwnData, loader: Iterable[Any]) -> Any:
    """The first batch; the global generators are afterwards as they were.

    Raises:
        DataError: if there is none, or it is no batch.
    """
    state = rng.capture()
    try:
        batch = next(iter(loader), None)
        if batch is None:
            raise DataError("the training data gives no batch", data.name)
        inputs_and_target(batch)
        examples(batch)
    except DataError:
        raise
    except FourbeatError as error:
        fact = error.problems[0].fact
        raise DataError(fact, data.name, "A sample is (input, …, target)") from None
    except (Exception, SystemExit) as error:  # the data is the user's: it may raise anything
        fact = f"the first batch cannot be read: {type(error).__name__}: {error}"
        raise DataError(fact, data.name, "--debug shows where") from error
    finally:
        rng.restore(state)
    return batch


def shape(data: OwnData, batch: Any) -> SampleShape:
    """What a model of the data is made for."""
    inputs = list(tensors(inputs_and_target(batch)[0]))
    return SampleShape(
        tuple(tuple(t.shape[1:]) for t in inputs),
        tuple(t.dtype for t in inputs),
        len(data.classes) if data.classes else None,
    )


def record(data: OwnData, config: Config, model: nn.Module, batch: Any) -> DataRecord:
    """Identity and meaning; where nothing says how many classes there are, the model does.

    Raises:
        BatchError: for a model that does not take the batch, or gives no numbers for a row.
    """
    inputs, _ = inputs_and_target(to_device(batch, device_of(model)))
    with left_alone(model), mode(model, training=False):
        try:
            output = model(*inputs)
        except Exception:  # the contract's check says it better
            return data.record(config.data, 1)
    if not isinstance(output, Tensor) or output.ndim < 1:
        raise BatchError(
            f"the model gave {type(output).__name__}, and a declared training needs one tensor",
            config.model.name,
            "Return the outputs alone, or write the loop with fourbeat.Run",
        )
    width = output.shape[1] if output.ndim > 1 else 1
    known = len(data.classes) if data.classes else width
    if config.data.task == "regression" and width > 1:
        raise ConfigError(
            f"regression has one target, and the model gives {width} numbers a row",
            config.model.name,
            "Give one number a row",
        )
    if config.data.task != "regression" and width != known:
        raise ConfigError(
            f"the model gives {width} numbers a row, and the data names {known} classes",
            config.model.name,
            "Give one for each class: the factory's shape.outputs says how many",
        )
    return data.record(config.data, width)
