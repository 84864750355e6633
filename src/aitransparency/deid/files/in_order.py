"""Work on several chunks at once and take the results in order, with a bound on what is in flight.

>>> list(in_order(lambda number: number * number, range(5), workers=2))
[0, 1, 4, 9, 16]
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")


def in_order(
    work: Callable[[Item], Made], items: Iterable[Item], *, workers: int
) -> Iterator[Made]:
    """Yield ``work(item)`` for each item, in order.

    Threads suffice: numpy and Arrow let go of the interpreter while they compute. At most
    ``workers + 1`` items wait or are worked on, so memory does not depend on how many there are.
    """
    if workers == 1:
        yield from map(work, items)
        return
    waiting: deque[Future[Made]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="deid")
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
