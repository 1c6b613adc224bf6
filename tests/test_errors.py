"""What an error says of another one."""

import pytest
from torch import nn, ones, tensor

import fourbeat as fb
from fourbeat.errors import BatchError


class Silent(nn.Module):
    """Refuses every batch without a word."""

    def forward(self, _x):
        raise AssertionError


def test_an_error_without_a_message_is_called_by_its_class():
    with pytest.raises(BatchError, match="refused the batch: AssertionError"):
        fb.check_batch(Silent(), (ones(2, 2), tensor([0, 1])))
