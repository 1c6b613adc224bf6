"""Tables that stay in their files, as `gather` takes them: opened one by one, and laid one below the other."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from fourbeat.data.source import Source
from fourbeat.data.stored import StoredColumns, StoredFile
from fourbeat.data.storing import COPIED_ROWS, store
from fourbeat.data.text import fitted, joint
from fourbeat.errors import DataError, Problem


def stored_source(data: Any, *, missing: Sequence[str], text: Sequence[str]) -> Source:
    """As `fourbeat.data.source.read`, with columns that are read whenever they are asked for.

    Raises:
        DataError: as that, and for a frame.
    """
    if not isinstance(data, str | Path):
        raise DataError(
            f"a {type(data).__name__} is in memory already",
            "data.stream",
            "Leave data.stream out, or write the frame to a Parquet file",
        )
    path = Path(data)
    file, digest, why = store(path, missing, text)
    kinds = {name: file.meant(name) for name in file.kinds}
    notes = [
        f"Streamed from a temporary copy in row groups of {COPIED_ROWS:,} rows: {why}."
    ] * bool(why)
    return Source(
        StoredColumns([file], kinds),
        sum(file.counts),
        path.name,
        digest,
        path.absolute(),
        orders_of(file),
        notes,
    )


def orders_of(file: StoredFile) -> dict[str, tuple[str, ...]]:
    """The categories of the columns that have an order by their type."""
    orders: dict[str, tuple[str, ...]] = {}
    for name, kind in file.kinds.items():
        if pa.types.is_dictionary(kind) and kind.ordered:
            column = file.file.read(columns=[name], use_threads=False)[name]
            words = cast(Any, column.combine_chunks()).dictionary
            orders[name] = tuple(map(str, words.to_pylist()))
    return orders


def stack(sources: Sequence[Source]) -> Source:
    """As `fourbeat.data.gather.join`, of tables that stay in their files.

    Columns are read where their types differ, to name every value that does not fit.

    Raises:
        DataError: with every column that is missing or does not fit.
    """
    first, *others = sources
    tables = [cast(StoredColumns, source.columns) for source in sources]
    kinds = dict(tables[0].kinds)
    problems: list[Problem] = []
    for number, (source, table) in enumerate(zip(others, tables[1:], strict=True), 1):
        for name in kinds:
            place = f"{source.name}, column {name!r}"
            if name not in table:
                remedy = f"{first.name} has it"
                problems.append(Problem(f"column {name!r} is missing", source.name, remedy))
            elif table.kinds[name] != kinds[name]:
                above = StoredColumns([t.files[0] for t in tables[:number]], kinds)[name]
                kinds[name] = joint(above, table.kinds[name])
                try:
                    fitted(table[name], kinds[name], place)
                except DataError as error:
                    problems += error.problems
    if problems:
        raise DataError(problems)
    return Source(
        StoredColumns([table.files[0] for table in tables], kinds),
        sum(source.rows for source in sources),
        first.name,
        first.sha256,
        first.path,
        first.orders,
        [note for source in sources for note in source.notes],
    )
