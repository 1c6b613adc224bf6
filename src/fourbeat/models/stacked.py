"""Several networks of one shape as one: their weights in stacked tensors, one product for all.

A small network's step is mostly the calls of its operators. Stacked, K networks take the calls of one.
Each stays what it is alone: it has its own weights, its own rows and its own random numbers, and nothing
of one enters another.
"""

import copy
import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer

from fourbeat.data.words import CODES
from fourbeat.models.numbers import Periodic, Piecewise
from fourbeat.models.tabular import MLP, Linear


class Stack:
    """K networks, called together in train mode.

    The networks that were given stay usable one by one: their parameters become views of the stack's,
    so that whoever evaluates, copies or saves one of them sees the weights as they are.

    Args:
        networks: `Linear` or `MLP` without batch normalisation, all of one shape.
        generators: of each network's dropout; they are moved as the networks alone would move torch's.

    Attributes:
        network: a network of the same parameter names, each parameter of shape (K, …); what an
            optimizer is made of. It is no network to be called.
    """

    def __init__(self, networks: Sequence[nn.Module], generators: Sequence[torch.Generator]):
        self.network = copy.deepcopy(networks[0])
        self._networks = list(networks)
        self._generators = list(generators)
        each = zip(*(network.parameters() for network in networks), strict=True)
        for own, parts in zip(self.network.parameters(), each, strict=True):
            own.data = torch.stack([part.detach() for part in parts])
        self._share()

    def __call__(self, numeric: Tensor, codes: Tensor | None = None) -> Tensor:
        """Outputs of shape (K, N, outputs) from (K, N, numbers) float32 and (K, N, categories) int64."""
        network = self.network
        if isinstance(network, Linear):
            outputs = torch.baddbmm(network.bias.unsqueeze(1), numeric, network.weight)
            for embedded in [] if codes is None else embed(network, codes):
                outputs = outputs + embedded
            return outputs
        assert isinstance(network, MLP)
        numeric = numbers(network.numbers, numeric)
        if codes is not None:
            embedded = torch.cat(embed(network, codes), dim=2)
            numeric = torch.cat([numeric, self._dropped(embedded, network.dropout.p)], dim=2)
        for layer in network.layers:
            if isinstance(layer, nn.Dropout):
                numeric = self._dropped(numeric, layer.p)
            else:
                numeric = through(layer, numeric)
        return numeric

    def finite(self) -> list[bool]:
        """Whether all weights of each network are."""
        each = [p.detach().isfinite().flatten(1).all(dim=1) for p in self.network.parameters()]
        return torch.stack(each).all(dim=0).tolist()

    def keep(self, places: Sequence[int], optimizer: Optimizer) -> None:
        """Let the other networks go, with their weights as they are.

        Args:
            places: of those that stay, among the networks of the stack.
            optimizer: over the stack's parameters; its state goes with them.
        """
        rows = torch.tensor(places)
        # New parameters: the last step's graph may still be held, and knows the old ones' shapes.
        for module in self.network.modules():
            for name, old in list(module.named_parameters(recurse=False)):
                new = nn.Parameter(old.detach().index_select(0, rows))
                module.register_parameter(name, new)
                hand_over(optimizer, old, new, rows)
        self._networks = [self._networks[place] for place in places]
        self._generators = [self._generators[place] for place in places]
        self._share()

    def _share(self) -> None:
        """Make the networks' parameters views of the stack's."""
        whole = list(self.network.parameters())
        for place, network in enumerate(self._networks):
            for own, stacked in zip(network.parameters(), whole, strict=True):
                own.data = stacked.detach()[place]

    def _dropped(self, inputs: Tensor, p: float) -> Tensor:
        """Dropout, with the mask that torch's would have for each network alone."""
        if p == 0:
            return inputs
        noise = torch.empty(inputs.shape)
        for own, generator in zip(noise.unbind(), self._generators, strict=True):
            own.bernoulli_(1 - p, generator=generator)
        return inputs * noise.div_(1 - p)


def hand_over(optimizer: Optimizer, old: Tensor, new: Tensor, rows: Tensor) -> None:
    """Put a parameter in the place of another, of which it holds some rows, with its state."""
    for group in optimizer.param_groups:
        group["params"] = [new if p is old else p for p in group["params"]]
    optimizer.state[new] = {
        name: value.index_select(0, rows) if isinstance(value, Tensor) and value.ndim else value
        for name, value in optimizer.state.pop(old).items()
    }


def embed(network: Linear | MLP, codes: Tensor) -> list[Tensor]:
    """Each column's embedding, of shape (K, N, width), from codes of shape (K, N, codes)."""
    found: list[Tensor] = []
    for column, table in enumerate(network.categories):
        assert isinstance(table, nn.Embedding)
        members, rows, _ = table.weight.shape
        first = torch.arange(0, members * rows, rows).unsqueeze(1)
        found.append(F.embedding(codes[:, :, column] + first, table.weight.flatten(0, 1)))
    words = codes[:, :, len(network.categories) :].split(CODES, dim=2)
    for bag, part in zip(network.texts, words, strict=len(network.texts) > 0):
        assert isinstance(bag, nn.EmbeddingBag)
        members, rows, _ = bag.weight.shape
        first = torch.arange(0, members * rows, rows)[:, None, None]
        there = (part > 0).float()
        share = there / there.sum(dim=2, keepdim=True).clamp(min=1)
        means = F.embedding_bag(
            (part + first).flatten(0, 1),
            bag.weight.flatten(0, 1),
            mode="sum",
            per_sample_weights=share.flatten(0, 1),
        )
        found.append(means.unflatten(0, part.shape[:2]))
    return found


def numbers(module: nn.Module, numeric: Tensor) -> Tensor:
    """What numbers become, of shape (K, N, inputs); see `models.numbers`."""
    if isinstance(module, Piecewise):  # its bins are the same in all networks
        return module(numeric.flatten(0, 1)).unflatten(0, numeric.shape[:2])
    if isinstance(module, Periodic):
        angle = 2 * math.pi * module.frequency.unsqueeze(1) * numeric.unsqueeze(3)
        waves = torch.cat([angle.sin(), angle.cos()], dim=3)
        units = torch.einsum("kncf,kcfw->kncw", waves, module.weight) + module.bias.unsqueeze(1)
        return torch.cat([numeric, units.relu().flatten(2)], dim=2)
    return numeric


def through(layer: nn.Module, inputs: Tensor) -> Tensor:
    """A hidden layer's part over stacked parameters, of shape (K, N, units)."""
    if isinstance(layer, nn.Linear):
        return torch.baddbmm(layer.bias.unsqueeze(1), inputs, layer.weight.mT)
    if isinstance(layer, nn.LayerNorm):
        even = F.layer_norm(inputs, layer.normalized_shape, eps=layer.eps)  # pyright: ignore[reportArgumentType]
        return torch.addcmul(layer.bias.unsqueeze(1), even, layer.weight.unsqueeze(1))
    assert isinstance(layer, nn.ReLU)
    return inputs.relu()
