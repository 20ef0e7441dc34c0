"""What the patches of all libraries have in common: which function is a task, how it is called, when it begins and ends.

Tasks are begun and ended around the function, not by a function around it: what a program sees of its own calls,
results, exceptions and tracebacks is as without.
"""
import os
import sys
import types
from functools import partial

import parlab_board

HERE = os.path.dirname(__file__)

# Chunks, where tasks are too short to be watched one by one.
CHUNKS = os.environ.get("PARLAB_WATCH") == "chunks"

NO_INDEX = parlab_board._NO_INDEX


def begin(name, index):
    """Begins a task of this thread; the outermost counts. The index is a number from 0 on, or NO_INDEX."""
    task = parlab_board.task(name, index)
    task.__enter__()
    return task


def end(task, well):
    """Ends the task that was begun last, in the thread that began it."""
    task.__exit__(None if well else Exception, None, None)


def within(function):
    """The function that a wrapper calls, or None: of partials, `asyncio.to_thread`, and joblib's and scikit-learn's own."""
    if type(function) is types.FunctionType:
        return None
    if isinstance(function, partial):
        inner = function.func
        runs_in_context = type(getattr(inner, "__self__", None)).__name__ == "Context" and function.args
        return function.args[0] if runs_in_context else inner
    # Not asked as attributes, which an object may have others for.
    known = getattr(function, "__dict__", None) or {}
    for name in ("func", "_obj", "obj", "batch", "function"):
        if callable(known.get(name)):
            return known[name]
    return None


def layers(function):
    """A function, and those within it."""
    for _ in range(8):
        if function is None:
            return
        yield function
        function = within(function)


def name_of(function):
    """The short name of a task: that of the innermost function, without the functions that it is defined in."""
    try:
        if type(function) is types.FunctionType and "<" not in function.__qualname__:
            return function.__qualname__
        *_, innermost = layers(function)
        name = getattr(innermost, "__qualname__", None) or type(innermost).__qualname__
        *outer, last = name.rpartition("<locals>.")[2].split(".")
        return ".".join([part for part in outer if part[:1] != "<"] + [last])
    except Exception:
        return "?"


def is_batch(function):
    """Whether joblib's tasks are within: its batches pass through pools and executors, and are none themselves."""
    if type(function) is types.FunctionType:
        return False
    return any(type(layer).__name__ == "BatchedCalls" for layer in layers(function))


class Placed(tuple):
    """A tuple that knows the index of the task that it is handed to, or of the first of them."""

    def __new__(cls, items, start):
        self = tuple.__new__(cls, items)
        self.start = start
        return self

    def __reduce__(self):
        return Placed, (tuple(self), self.start)


def step_from(index):
    """How the index grows from one task to the next."""
    return 0 if index == NO_INDEX else 1


class Hand:
    """The task that a worker of a pool has in hand, from when it takes it off its queue until it sends the result."""

    __slots__ = ("task",)

    def __init__(self):
        self.task = None

    def take(self, name, index):
        self.task = begin(name, index)

    def put_down(self, well):
        if self.task is not None:
            task, self.task = self.task, None
            end(task, well)


def each(hand, name, items, start):
    """The items of a chunk; each is a task from when it is asked for until the next one is.

    Where one fails, the owner of the hand puts it down: this is not closed before the last traceback is forgotten.
    """
    index, step = start, step_from(start)
    # Written out, since this is what short tasks cost. The thread stays the same, and so its lane.
    task_of = parlab_board._lane().task
    for item in items:
        hand.task = task = task_of(name, index)
        task.__enter__()
        yield item
        hand.task = None
        task.__exit__(None, None, None)
        index += step


class Queue:
    """A queue of which one method is another's: all the rest is the queue's own."""

    def __init__(self, queue, name, method):
        self._parlab_queue = queue
        setattr(self, name, method)

    def __getattr__(self, name):
        return getattr(self._parlab_queue, name)


def seen_by(seen, hand, queue):
    """A queue whose items are handed to a function once they are taken off."""
    get = queue.get

    def get_seen(*args, **kwargs):
        item = get(*args, **kwargs)
        try:
            return seen(hand, item)
        except Exception:
            return item

    return Queue(queue, "get", get_seen)


def shown_to(shown, hand, queue):
    """A queue whose items are shown to a function before they are put in."""
    put = queue.put

    def put_shown(item):
        try:
            shown(hand, item)
        except Exception:
            pass
        return put(item)

    return Queue(queue, "put", put_shown)


def without_own_frames(traceback):
    """Takes our frames out of a traceback, in place; its first frame is never ours."""
    while traceback is not None:
        following = traceback.tb_next
        while following is not None and following.tb_frame.f_code.co_filename.startswith(HERE):
            following = following.tb_next
        if following is not traceback.tb_next:
            traceback.tb_next = following
        traceback = following


def hide_own_frames(kept):
    """Has a class that writes an exception's traceback down for another process leave our frames out."""
    original = kept.__init__

    def __init__(self, exc, *tb):
        without_own_frames(tb[0] if tb else getattr(exc, "__traceback__", None))
        original(self, exc, *tb)

    kept.__init__ = like(original, __init__)


def like(original, replacement):
    """Makes a function look like the one that it stands for, so that it is pickled and shown as that."""
    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(replacement, name, getattr(original, name))
    replacement.__dict__.update(original.__dict__)
    replacement.__wrapped__ = original
    return replacement


class Watched:
    """A function that is a task: for libraries that call it where nothing else tells its begin and its end."""

    def __init__(self, function, name, index):
        self.func = function
        self._parlab = (name, index)

    def __call__(self, *args, **kwargs):
        task = begin(*self._parlab)
        ended_well = False
        try:
            result = self.func(*args, **kwargs)
            ended_well = True
            return result
        finally:
            end(task, ended_well)

    def __getattr__(self, name):
        # Joblib's batches are called by the name of their function, which Dask then shows.
        if name.startswith("__") and name not in ("__name__", "__qualname__") or name in ("func", "_parlab"):
            raise AttributeError(name)
        return getattr(self.func, name)

    def __eq__(self, other):
        # And by whether it is one or several.
        return type(other) is Watched and self.func == other.func

    def __hash__(self):
        return hash(self.func)

    def __reduce__(self):
        return REBUILT, (self.func, self._parlab)


class Rebuilt:
    """Makes a watched function of its parts where it is unpickled, and only where this module is loaded.

    Joblib may send tasks to where no hook is, to workers of Dask on another machine: there it is the bare function.
    """

    EXPRESSION = "getattr(__import__('sys').modules.get('parlab_hook'), 'rebuild', lambda function, known: function)"

    def __call__(self, function, known):
        return Watched(function, *known)

    def __reduce__(self):
        return eval, (self.EXPRESSION,)


def rebuild(function, known):
    return Watched(function, *known)


REBUILT = Rebuilt()


def caller(depth):
    """`self` in the function that stands so far above the caller."""
    try:
        return sys._getframe(depth + 1).f_locals.get("self")
    except Exception:
        return None


thread_name = parlab_board._thread_name


def lane_name():
    """A worker of a pool is known by its process, `ForkPoolWorker-1`; its one thread has no name worth telling."""
    process = sys.modules.get("multiprocessing.process")
    try:
        current = process._current_process
        if current._parent_pid is not None and os.getpid() == parlab_board._native_id():
            return current.name
    except Exception:
        pass
    return thread_name()


parlab_board._thread_name = lane_name


def tell_the_cost():
    """Measures once, in the first process that may run tasks, what watching adds to one; it takes some 200 µs."""
    fd = os.open(os.path.join(HERE, "cost"), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(fd, b"%d" % cost(header()))
    finally:
        os.close(fd)


def header():
    """What the board begins with. To close a file frees the locks that this process has of it, so none may be held."""
    with parlab_board._lock:
        fd = os.open(parlab_board._where, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.read(fd, 4096)
        finally:
            os.close(fd)


def cost(header):
    """Nanoseconds of a task that does nothing, by a lane of a board like that one, which nobody reads."""
    import mmap

    memory = mmap.mmap(-1, int.from_bytes(header[24:32], sys.byteorder))
    memory[: len(header)] = header
    board = parlab_board._Board(memory)
    lane = parlab_board._Lane(board, 0, board.lanes_at)
    mine = parlab_board._local.__dict__
    known = dict(mine)
    try:
        mine.update(lane=lane, run=lane.run, blocks=lane.blocks)
        return max(0, best_time(lambda items: each(Hand(), "empty", items, 0)) - best_time(iter))
    finally:
        mine.clear()
        mine.update(known)


def best_time(walk, rounds=6, tasks=16):
    now, best, items = parlab_board._now, 1 << 62, range(tasks)
    for _ in range(rounds):
        started = now()
        for _ in walk(items):
            pass
        best = min(best, now() - started)
    return best // tasks


try:
    tell_the_cost()
except Exception:
    # Most often it is told already; without shared memory it is not.
    pass
