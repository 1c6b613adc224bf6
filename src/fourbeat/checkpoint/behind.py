"""Checkpoints that are written while the training goes on."""

import threading
from collections.abc import Mapping
from typing import Any

from fourbeat.checkpoint.plain import copy
from fourbeat.checkpoint.store import CheckpointStore
from fourbeat.data.batch import tensors

AT_ONCE = 16 << 20
"""Bytes of tensors that are written before the training goes on: that takes some hundredths of a second,
and then what was saved is there."""


class Behind:
    """Writes to a store, from copies and one checkpoint at a time; a small one at once.

    Args:
        store: of the run.
    """

    def __init__(self, store: CheckpointStore):
        self._store = store
        self._writer: threading.Thread | None = None
        self._error: Exception | None = None

    def write(self, step: int, state: Mapping[str, Any], environment: Mapping[str, Any]) -> None:
        """Have a checkpoint written; see `CheckpointStore.write`.

        Args:
            step, environment: as there.
            state: it may change as soon as this returns.

        Raises:
            CheckpointError: if this one, or the one before, cannot be written.
        """
        self.wait()
        if sum(tensor.nbytes for tensor in tensors(state)) <= AT_ONCE:
            self._store.write(step, state, environment)
            return
        copied: dict[str, Any] = copy(dict(state))

        def write() -> None:
            try:
                self._store.write(step, copied, environment)
            except Exception as error:
                self._error = error

        self._writer = threading.Thread(target=write, name="fourbeat-checkpoint")
        self._writer.start()

    def wait(self) -> None:
        """Until the one that is being written is there.

        Raises:
            CheckpointError: if it cannot be written.
        """
        if self._writer is not None:
            self._writer.join()  # who breaks it off by a signal may wait again
            self._writer = None
        error, self._error = self._error, None
        if error is not None:
            raise error
