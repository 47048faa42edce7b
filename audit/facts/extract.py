"""Facts of many files: from the cache where known, else read in parallel processes."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator

import msgspec

from audit.facts.cache import FactCache
from audit.facts.python import read_python
from audit.model.facts import FileFacts

_MIN_PARALLEL = 120
"""Below this many files a second process costs more than it saves."""
_BATCH_BYTES = 400_000

Load = Callable[[list[str]], Iterator[tuple[str, bytes | None]]]


def facts_of(blobs: Iterable[str], load: Load, cache: FactCache, jobs: int = 0) -> dict[str, FileFacts]:
    """Facts by blob id; a blob whose bytes ``load`` cannot give has facts with ``error`` set.

    ``jobs`` is the number of processes; 0 means one for each core.
    """
    wanted = list(dict.fromkeys(blobs))
    found = cache.get(wanted)
    missing = [blob for blob in wanted if blob not in found]
    if not missing:
        return found
    contents = load(missing)
    workers = jobs or _cores()
    if workers > 1 and len(missing) >= _MIN_PARALLEL and "fork" in multiprocessing.get_all_start_methods():
        fresh = _in_processes(contents, workers)
    else:
        fresh = _read_batch(list(contents))
    cache.put({blob: facts for blob, facts in fresh.items() if not facts.error.startswith("unreadable")})
    return found | fresh


def _read_batch(batch: list[tuple[str, bytes | None]]) -> dict[str, FileFacts]:
    collecting = gc.isenabled()
    gc.disable()  # syntax trees hold no cycles: collecting among them costs a third of the time
    try:
        return {blob: _read(content) for blob, content in batch}
    finally:
        if collecting:
            gc.enable()


def _read(content: bytes | None) -> FileFacts:
    return FileFacts(error="unreadable: its content is missing") if content is None else read_python(content)


def _read_packed(batch: list[tuple[str, bytes | None]]) -> bytes:
    return msgspec.msgpack.encode(_read_batch(batch))


def _in_processes(contents: Iterator[tuple[str, bytes | None]], workers: int) -> dict[str, FileFacts]:
    decoder = msgspec.msgpack.Decoder(dict[str, FileFacts])
    found: dict[str, FileFacts] = {}
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        for packed in pool.imap_unordered(_read_packed, _batches(contents)):
            found.update(decoder.decode(packed))
    return found


def _batches(contents: Iterator[tuple[str, bytes | None]]) -> Iterator[list[tuple[str, bytes | None]]]:
    batch: list[tuple[str, bytes | None]] = []
    size = 0
    for blob, content in contents:
        batch.append((blob, content))
        size += len(content or b"")
        if size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
