"""Reads batches on this machine, in this process or in several. Decides where, never what."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from ..classify.reader import Reader
from ..errors import TextmineError
from ..records import Reading

T = TypeVar("T")

_reader: Reader | None = None


def read_batches(
    batches: Iterable[T],
    texts_of: Callable[[T], Sequence[str]],
    load: Callable[[], Reader],
    *,
    workers: int = 1,
) -> Iterator[tuple[T, list[Reading]]]:
    """Read every batch and yield it with its readings, in order, whatever the number of workers.

    `load` makes the reader; with several workers each process calls it once, so it must be picklable (a
    `functools.partial` of `Reader.load`). At most two batches a worker wait in memory.
    """
    if workers <= 1:
        reader = load()
        for batch in batches:
            yield batch, reader.read(texts_of(batch))
        return
    waiting: deque[tuple[T, Future[list[Reading]]]] = deque()
    # Spawned, not forked: a forked child may inherit locks of threads that are not there any more.
    with ProcessPoolExecutor(workers, get_context("spawn"), _start, (load,)) as pool:
        try:
            for batch in batches:
                waiting.append((batch, pool.submit(_read, tuple(texts_of(batch)))))
                if len(waiting) > 2 * workers:
                    ready, future = waiting.popleft()
                    yield ready, future.result()
            while waiting:
                ready, future = waiting.popleft()
                yield ready, future.result()
        except BrokenProcessPool as error:
            raise TextmineError(
                "a worker process died (out of memory, or stopped from outside); try fewer --workers"
            ) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _start(load: Callable[[], Reader]) -> None:
    global _reader
    _reader = load()


def _read(texts: tuple[str, ...]) -> list[Reading]:
    if _reader is None:
        raise TextmineError("the worker process has no reader; this is a fault of textmine, please report it")
    return _reader.read(texts)
