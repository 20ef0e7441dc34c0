"""Watches workers of Dask in this process, as those of a `LocalCluster` in a script: each task, in the thread that runs it,
with the bytes of its result, and what was fetched from other workers for it.

Tasks that are coroutines run between each other in one thread, and are not told.
"""
import inspect
from threading import local
from time import time

import parlab_board
from parlab_hook import begin, end, like
from parlab_keys import index_of

# What runs a task in a thread: the one of versions to 2024, then that of later ones.
RUNNERS = ("apply_function", "_run_task")

# When the last task of a thread ended.
of_thread = local()


def patch(module):
    for name in RUNNERS:
        if hasattr(module, name):
            setattr(module, name, watched(getattr(module, name)))


def watched(original):
    places = {name: place for place, name in enumerate(inspect.signature(original).parameters)}

    def argument(name, args, kwargs):
        place = places.get(name, len(args))
        return args[place] if len(args) > place else kwargs.get(name)

    def run(*args, **kwargs):
        key = argument("key", args, kwargs)
        received = fetched((argument("execution_state", args, kwargs) or {}).get("worker"), key)
        task = begin(*known(key))
        ended_well = False
        try:
            said = original(*args, **kwargs)
            ended_well = said.get("op") == "task-finished"
            tell_bytes(said.get("nbytes"), received)
            return said
        finally:
            end(task, ended_well)
            of_thread.ended = parlab_board._now()

    return like(original, run)


def known(key):
    """The name of a task and its index by its key, as Dask has them: `inc-1f3a`, `("sum-1f3a", 3)`."""
    from dask.utils import key_split

    return key_split(key), index_of(key)


def tell_bytes(result, received):
    if result:
        parlab_board.value("bytes", result)
    if received:
        parlab_board.value("bytes received", received)


def fetched(worker, key):
    """Says when this thread had nothing to do while what a task needs was fetched; the bytes of that."""
    try:
        # While it is fetched others may be noted: what is read here is a copy.
        spans = [span for span in list(worker.state.tasks[key].startstops) if span["action"] == "transfer"]
        if not spans:
            return 0
        behind = parlab_board._now() - int((time() + worker.scheduler_delay) * 1e9)
        # Before a thread's first task nothing is known of it.
        until = getattr(of_thread, "ended", None) or parlab_board._now()
        for span in sorted(spans, key=lambda span: span["start"]):
            start, stop = (int(span[end] * 1e9) + behind for end in ("start", "stop"))
            parlab_board.spent("fetching", max(start, until), stop)
            until = max(until, stop)
        return bytes_of(worker.transfer_incoming_log, spans)
    except Exception:
        # Of a version that keeps it otherwise.
        return 0


def bytes_of(log, spans):
    """What came in such spans, by a worker's log, newest last."""
    sought = {(span["start"], span["source"]) for span in spans}
    first, total = min(start for start, _ in sought), 0
    for place in range(len(log) - 1, -1, -1):
        entry = log[place]
        if entry["start"] < first:
            break
        if (entry["start"], entry["who"]) in sought:
            total += entry["total"]
    return total
