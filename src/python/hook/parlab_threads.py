"""Watches `concurrent.futures.ThreadPoolExecutor`: its work items, from when they are started to their result."""
import itertools
import sys
import threading
import types

from parlab_hook import NO_INDEX, begin, caller, end, layers, like, name_of, without_own_frames

# The index of the next call of the `map` that a thread is in.
mapping = threading.local()


def patch(module):
    number_items(module)
    watch_items(module)


class Watched:
    """A future that knows when its task begins and ends."""

    __slots__ = ("future", "name", "index", "task")

    def __init__(self, future, name, index):
        self.future = future
        self.name = name
        self.index = index

    def set_running_or_notify_cancel(self):
        runs = self.future.set_running_or_notify_cancel()
        self.task = begin(self.name, self.index) if runs else None
        return runs

    def set_result(self, result):
        end(self.task, True)
        self.future.set_result(result)

    def set_exception(self, exception):
        end(self.task, False)
        without_own_frames(exception.__traceback__)
        self.future.set_exception(exception)

    def __getattr__(self, name):
        return getattr(self.future, name)


def function_of(item):
    """What a work item calls: `fn`, or the first part of `task` from Python 3.14 on."""
    return item.fn if hasattr(item, "fn") else item.task[0]


def is_task(function):
    """Dask runs its own affairs through such executors; what it does with tasks its scheduler tells better."""
    if type(function) is types.FunctionType:
        return not is_of_dask(function)
    return not any(is_of_dask(layer) or type(layer).__name__ == "BatchedCalls" for layer in layers(function))


def looks_up_an_address():
    """Whether the item that is being made is an event loop's own: it asks for addresses in threads."""
    try:
        frame = sys._getframe(2)
        for _ in range(4):
            if frame.f_code.co_name == "getaddrinfo" and frame.f_globals.get("__name__") == "asyncio.base_events":
                return True
            frame = frame.f_back
    except Exception:
        pass
    return False


def is_of_dask(function):
    return str(getattr(function, "__module__", None)).startswith("distributed.")


def watch_items(module):
    original = module._WorkItem.run

    def run(self, *context):
        function = function_of(self)
        if is_task(function) and not hasattr(self, "_parlab_own"):
            self.future = Watched(self.future, name_of(function), getattr(self, "_parlab_index", NO_INDEX))
        return original(self, *context)

    module._WorkItem.run = like(original, run)


def number_items(module):
    """Calls of `map` are numbered by it, others by the executor."""
    # The one `map` of all executors: a second one for threads would not be pickled as the first is.
    base = module._base.Executor
    original, original_map = module._WorkItem.__init__, base.map

    def __init__(self, *args, **kwargs):
        original(self, *args, **kwargs)
        if getattr(function_of(self), "__module__", None) in ("socket", "_socket") and looks_up_an_address():
            self._parlab_own = True
            return
        number = getattr(mapping, "number", None)
        if number is not None:
            self._parlab_index = next(number)
            return
        executor = caller(1)
        if isinstance(executor, module.ThreadPoolExecutor):
            self._parlab_index = executor.__dict__.get("_parlab_submitted", 0)
            executor._parlab_submitted = self._parlab_index + 1

    def map(self, *args, **kwargs):
        outer, mapping.number = getattr(mapping, "number", None), itertools.count()
        try:
            return original_map(self, *args, **kwargs)
        finally:
            mapping.number = outer

    module._WorkItem.__init__ = like(original, __init__)
    base.map = like(original_map, map)
