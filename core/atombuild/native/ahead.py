"""Work done ahead on the other cores, its results taken in order.

Reading a file and compressing it leave Python's lock free most of the time, so threads are enough. A build whose work
is one small piece, as after a save, starts none.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from atombuild.errors import Cancelled

_Result = TypeVar("_Result")
Breathe = Callable[[], object]

_PATIENCE: Final = 0.05
"""Seconds between two looks whether anybody wants the build to stop, while a piece of work is not done."""

_MOST_AHEAD: Final = 16 * 1024 * 1024
"""Bytes of content that may be under work, or done and not yet taken, at one time."""

_MOST_WAITING: Final = 32
"""Results behind a job that is done here, before it is."""


def _cores() -> int:
    try:
        return min(8, len(os.sched_getaffinity(0)))
    except AttributeError:  # macOS, Windows
        return min(8, os.cpu_count() or 1)


class _Hands:
    """How many threads may work at a time in this process; with one, everything is done where it is wanted."""

    number = _cores()


def leave_a_core() -> None:
    """Let the builds of this process leave one core to others, such as a screen that answers keys meanwhile."""
    _Hands.number = max(1, _cores() - 1)


@dataclass(frozen=True, slots=True)
class Job(Generic[_Result]):
    """A piece of work."""

    work: Callable[[Breathe], _Result]
    """Done in any thread. It calls its argument again and again, and lets through what that raises."""

    weight: int
    """Bytes of content that it is about."""

    elsewhere: bool = True
    """Whether it is worth a thread: few large steps are, many small ones cost more than they save."""


@dataclass(frozen=True, slots=True)
class Done(Generic[_Result]):
    """What needs no work."""

    result: _Result


def in_order(jobs: Iterable[Job[_Result] | Done[_Result]], breathe: Breathe) -> Iterator[_Result]:
    """Yield the results of the jobs, in their order.

    ``breathe`` is called while a job is waited for, and may raise to give up everything. The first job, in order, that
    raises ends the whole with its error, whatever later ones met.
    """
    crew = _Crew[_Result](breathe)
    try:
        for job in jobs:
            crew.add(job)
            while crew.is_busy:
                yield crew.next()
        while crew.has_more:
            yield crew.next()
    finally:
        crew.dismiss()


class _Crew(Generic[_Result]):
    """The jobs between the first that is not yet taken and the last that is known."""

    def __init__(self, breathe: Breathe) -> None:
        self._breathe = breathe
        self._queue: deque[tuple[Job[_Result] | Done[_Result], Future[_Result] | None]] = deque()
        self._weight = 0
        self._stop = threading.Event()
        self._pool: ThreadPoolExecutor | None = None

    @property
    def has_more(self) -> bool:
        return bool(self._queue)

    @property
    def is_busy(self) -> bool:
        """Whether a result should be taken before another job is added."""
        if not self._queue:
            return False
        first, future = self._queue[0]
        if isinstance(first, Done) or self._weight > _MOST_AHEAD:
            return True
        return len(self._queue) > _MOST_WAITING if future is None else future.done()

    def add(self, job: Job[_Result] | Done[_Result]) -> None:
        future = None
        if isinstance(job, Job):
            self._weight += job.weight
            if job.elsewhere and _Hands.number > 1:
                if self._pool is None:
                    self._pool = ThreadPoolExecutor(_Hands.number, "atombuild-ahead")
                future = self._pool.submit(job.work, self._breathe_there)
        self._queue.append((job, future))

    def next(self) -> _Result:
        job, future = self._queue.popleft()
        if isinstance(job, Done):
            return job.result
        self._weight -= job.weight
        if future is None:
            return job.work(self._breathe)
        while not future.done():
            wait((future,), _PATIENCE)
            self._breathe()
        return future.result()

    def dismiss(self) -> None:
        """Stop what runs, and wait until it did: nothing is read after the build has ended."""
        self._stop.set()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def _breathe_there(self) -> None:
        if self._stop.is_set():
            raise Cancelled
