"""A DataLoader over tensors reads whole batches, in its own order and to the same bits.

PyTorch takes such a dataset apart row by row and puts the rows together again, which for a small
network takes longer than the step.
"""

from collections.abc import Iterable, Iterator
from typing import Any, cast

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Subset, TensorDataset, default_collate


class Whole:
    """In the place of what reads a DataLoader's batches.

    Args:
        dataset: what the subsets are of.
        subsets: their row numbers, the outermost first, each an int64 tensor.
        otherwise: what reads the batches else; it has the word wherever anything is unusual.
    """

    def __init__(self, dataset: TensorDataset, subsets: list[Tensor], otherwise: Any):
        self._dataset = dataset
        self._subsets = subsets
        self._otherwise = otherwise

    def fetch(self, drawn: Any) -> Any:
        """The batch of the rows that a sampler drew."""
        held: tuple[Any, ...] = self._dataset.tensors
        numbers = type(drawn) is list and drawn and type(drawn[0]) is int
        if not numbers or not all(map(plain, held)):
            return self._otherwise.fetch(drawn)
        try:
            rows = torch.tensor(drawn)
            for subset in self._subsets:
                rows = subset[rows]
            return [tensor[rows] for tensor in held]
        except (IndexError, TypeError, ValueError):  # the usual way says it in the usual words
            return self._otherwise.fetch(drawn)


def plain(tensor: Any) -> bool:
    """Whether indexing gives what stacking its rows would, gradients and class included."""
    return type(tensor) is Tensor and tensor.layout is torch.strided and not tensor.requires_grad


def opened(loader: Iterable[Any]) -> Iterator[Any]:
    """As `iter(loader)`; a DataLoader whose dataset is `TensorDataset`, or subsets of one, reads whole batches.

    One with workers or with a `collate_fn` of its own is left as it is, as is any other loader.
    """
    iterator = iter(loader)
    fetcher: Any = getattr(iterator, "_dataset_fetcher", None)
    if not isinstance(loader, DataLoader) or fetcher is None:
        return iterator
    loader = cast(DataLoader[Any], loader)
    if (
        loader.num_workers
        or loader.batch_sampler is None
        or loader.collate_fn is not default_collate
    ):
        return iterator
    dataset: Any = loader.dataset
    subsets: list[Tensor] = []
    while type(dataset) is Subset:
        subset = cast(Subset[Any], dataset)
        subsets.append(torch.as_tensor(subset.indices, dtype=torch.int64))
        dataset = subset.dataset
    if type(dataset) is TensorDataset:
        iterator.__dict__["_dataset_fetcher"] = Whole(dataset, subsets, fetcher)
    return iterator
