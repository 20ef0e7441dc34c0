"""Watches workers of Dask in this process, as those of a `LocalCluster` in a script: each task, in the thread that runs it.

Tasks that are coroutines run between each other in one thread, and are not told.
"""
import inspect

from parlab_hook import begin, end, like
from parlab_keys import index_of

# What runs a task in a thread: the one of versions to 2024, then that of later ones.
RUNNERS = ("apply_function", "_run_task")


def patch(module):
    for name in RUNNERS:
        if hasattr(module, name):
            setattr(module, name, watched(getattr(module, name)))


def watched(original):
    place = list(inspect.signature(original).parameters).index("key")

    def run(*args, **kwargs):
        task = begin(*known(args[place] if len(args) > place else kwargs.get("key")))
        ended_well = False
        try:
            said = original(*args, **kwargs)
            ended_well = said.get("op") == "task-finished"
            return said
        finally:
            end(task, ended_well)

    return like(original, run)


def known(key):
    """The name of a task and its index by its key, as Dask has them: `inc-1f3a`, `("sum-1f3a", 3)`."""
    from dask.utils import key_split

    return key_split(key), index_of(key)
