"""The demo desk as Parquet files, for benches beyond what SQLite is for."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from data.demo import cast
from data.demo.desk import history
from data.demo.rhythm import World
from data.demo.tables import TABLES, Block, Column, size

FILES = {
    "hd_contact": "contacts",
    "hd_case": "tickets",
    "hd_case_log": "log",
    "hd_post": "posts",
    "hd_rating": "ratings",
}
ROW_GROUP = 250_000
OF_CONTACT = (Column("region", cast.REGIONS), Column("level", cast.LEVELS))


def export(
    folder: Path, tickets: int, until: datetime, seed: int, progress: Callable[[int, int], None] | None = None
) -> dict[str, int]:
    """Write the history of `create` as `<name>-<part>.parquet`; return the rows by name.

    Names: contacts, tickets, log, posts, ratings; one part each per 200,000 tickets, in order of time; invitations
    stay out. As files cannot be joined, tickets and log carry the names of group and department, tickets the
    contact's region and level. Instants are epoch ms, null where unreadable.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = dict.fromkeys(FILES.values(), 0)
    for part, blocks in enumerate(history(World.of(tickets, until, seed))):
        for table, name in FILES.items():
            pq.write_table(
                _arrow(table, blocks[table]),
                folder / f"{name}-{part:04d}.parquet",
                compression="zstd",
                compression_level=1,
                row_group_size=ROW_GROUP,
            )
            rows[name] += size(blocks[table])
        if progress is not None:
            progress(rows["tickets"], tickets)
    return rows


def _arrow(table: str, block: Block) -> pa.Table:
    told = (*TABLES[table], *(OF_CONTACT if table == "hd_case" else ()))
    columns = {column.name: _array(column, block[column.name]) for column in told}
    if "group_id" in columns:
        columns["group_name"] = _words(tuple(group.name for group in cast.GROUPS), _group(block))
        columns["department"] = _words(tuple(group.department for group in cast.GROUPS), _group(block))
    return pa.table(columns)


def _group(block: Block) -> NDArray[Any]:
    return np.where(block["group_id"] > 0, block["group_id"] - 1, -1)


def _array(column: Column, values: NDArray[Any]) -> pa.Array:
    if column.words is not None:
        return _words(column.words, values)
    return pa.array(values, mask=values < 0)


def _words(words: tuple[str, ...], codes: NDArray[Any]) -> pa.Array:
    places = pa.array(codes.astype(np.int32), mask=codes < 0)
    # duplicated departments are fine: a dictionary only has to say what each code stands for
    return pa.DictionaryArray.from_arrays(places, pa.array(words)).cast(pa.string())
