"""Watches `joblib.Parallel` with all its ways to run tasks, and with it what scikit-learn does by `n_jobs`.

The tasks are marked where joblib puts them together to batches, so that they are known wherever a batch runs.
"""
from parlab_hook import CHUNKS, NO_INDEX, Watched, begin, caller, end, like, name_of, step_from


def patch(module):
    if CHUNKS:
        watch_batches(module.BatchedCalls)
    else:
        mark_tasks(module.BatchedCalls)
    if hasattr(module.Parallel, "_get_sequential_output"):
        mark_sequential(module.Parallel)


def marked(items, index):
    """The tasks of a batch or a call, (function, args, kwargs) each, each function watched."""
    last = name = None
    step = step_from(index)
    for function, args, kwargs in items:
        if type(function) is Watched:
            yield function, args, kwargs
            continue
        if function is not last:
            last, name = function, name_of(function)
        yield Watched(function, name, index), args, kwargs
        index += step


def first_index(count):
    """The index of the first of so many tasks that a call of `Parallel` puts into its next batch.

    The cache is made anew for each call.
    """
    parallel = caller(2)
    cache = getattr(parallel, "_pickle_cache", None)
    if cache is None:
        return NO_INDEX
    known, next_index = parallel.__dict__.get("_parlab_tasks", (None, 0))
    start = next_index if known is cache else 0
    parallel._parlab_tasks = (cache, start + count)
    return start


def mark_tasks(batches):
    original = batches.__init__

    def __init__(self, *args, **kwargs):
        original(self, *args, **kwargs)
        # Unpickled batches are marked already.
        if self.items and type(self.items[0][0]) is not Watched:
            self.items = list(marked(self.items, first_index(len(self.items))))

    batches.__init__ = like(original, __init__)


def mark_sequential(parallel):
    original = parallel._get_sequential_output

    class Sized:
        def __init__(self, items):
            self.items = items

        def __len__(self):
            return len(self.items)

        def __iter__(self):
            return marked(self.items, 0)

    def _get_sequential_output(self, iterable):
        return original(self, Sized(iterable) if hasattr(iterable, "__len__") else marked(iterable, 0))

    parallel._get_sequential_output = like(original, _get_sequential_output)


def watch_batches(batches):
    original = batches.__call__

    def __call__(self):
        task = begin(name_of(self.items[0][0]) if self.items else "batch", NO_INDEX)
        ended_well = False
        try:
            result = original(self)
            ended_well = True
            return result
        finally:
            end(task, ended_well)

    batches.__call__ = like(original, __call__)
