"""Runs a scenario's function over its inputs through a library, for parlab: `python -c "import parlab_runner; …main()"`.

The library makes its workers and hands out the tasks, by its own rules. Nothing here is timed but the tasks: the workers
meet before and after, so that what they are made of and what they used is known, and none of that is work.
"""
import json
import os
import signal
import sys
import time
from array import array
from _thread import get_native_id

import parlab_board

now = time.monotonic_ns
HERE = os.path.dirname(os.path.abspath(__file__))

# Seconds that workers wait for each other before the tasks, and after them.
PATIENCE = (60, 2)


class Control:
    """The line to parlab: standard input and output, which the scenario's function has no more."""

    def __init__(self):
        self.asked, self.told = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)

    def say(self, **words):
        line = json.dumps(words).encode() + b"\n"
        while line:
            line = line[os.write(self.told, line):]

    def wait(self):
        """Waits at the gate; whether it was opened."""
        return os.read(self.asked, 16) != b""


def load(file, name):
    """The function of a file, which is loaded once in each process."""
    key = (file, name)
    if key not in load.known:
        load.known[key] = found = module_of(file)
        for part in name.split("."):
            found = getattr(found, part)
        load.known[key] = found
    return load.known[key]


load.known = {}


def module_of(file):
    import importlib.util

    folder, base = os.path.split(file)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    stem = base.rpartition(".")[0] or base
    # Under its own name, unless that is another module's.
    name = stem if stem.isidentifier() and stem not in sys.modules else "parlab_function_" + stem
    from importlib.machinery import SourceFileLoader

    loader = SourceFileLoader(name, file)
    module = importlib.util.module_from_spec(importlib.util.spec_from_file_location(name, file, loader=loader))
    sys.modules[name] = module
    loader.exec_module(module)
    return module


def number(value):
    """What a function returned, as the number that counts."""
    if value is None:
        return 0.0
    if isinstance(value, (str, bytes)):
        raise TypeError("the function returned %s, and not a number" % type(value).__name__)
    return float(value)


def last_line(error):
    """What went wrong, as the last line of a traceback has it; of a message in several lines all of it."""
    import traceback

    # Of an error of syntax the lines before show where.
    told = traceback.format_exception_only(type(error), error)[-1]
    return " ".join(told.split())[:400]


def with_place(error, file):
    """The same, with the last line of the scenario's own file that it came through."""
    import traceback

    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    place = "%s, line %d: " % (os.path.basename(file), lines[-1]) if lines else ""
    return place + last_line(error)


class Task:
    """The scenario's function as workers call it, with an index and an input: what came of it, when, and in which thread."""

    def __init__(self, file, name):
        self.file, self.name, self.function = file, name, load(file, name)

    def __reduce__(self):
        return Task, (self.file, self.name)

    def __call__(self, item):
        index, x = item
        start = now()
        task = parlab_board.task(self.name, index)
        task.__enter__()
        try:
            result = number(self.function(x))
            parlab_board.value("value", result)
        except Exception as error:
            task.__exit__(Exception, None, None)
            return index, last_line(error), start, now(), get_native_id()
        task.__exit__(None, None, None)
        return index, result, start, now(), get_native_id()


def meet(place, count, patience):
    """Waits until so many workers have come to a place, and tells what this one has used so far."""
    os.close(os.open(os.path.join(place, "%d-%d" % (os.getpid(), get_native_id())), os.O_WRONLY | os.O_CREAT))
    # A lane is claimed here, and not within the first task.
    parlab_board.is_watched()
    until = now() + patience * 10**9
    while len(os.listdir(place)) < count and now() < until:
        time.sleep(0.001)
    return used()


def used():
    """This thread, and what it and its process used."""
    import resource

    try:
        with open("/proc/thread-self/schedstat") as file:
            queued = int(file.read().split()[1])
    except (OSError, ValueError, IndexError):
        queued = None
    use = resource.getrusage(resource.RUSAGE_SELF)
    counts = [int(use.ru_utime * 1e6), int(use.ru_stime * 1e6), use.ru_nvcsw, use.ru_nivcsw]
    return {"pid": os.getpid(), "tid": get_native_id(), "counts": counts, "peak_kib": use.ru_maxrss, "queued_ns": queued}


class Serial:
    """A plain loop."""

    def __init__(self, order):
        pass

    def meet(self, place, count, patience):
        return [meet(place, count, patience)]

    def run(self, task, items):
        return [task(item) for item in items]

    def close(self):
        pass


class Pool:
    """`multiprocessing.Pool`, and `ThreadPool`."""

    def __init__(self, order):
        self.chunk, self.told = order["chunk"], order["told"]
        self.pool = self.make(order)
        self.workers = list(self.pool._pool)

    def make(self, order):
        import multiprocessing

        return multiprocessing.get_context(order["start_method"]).Pool(order["workers"])

    def meet(self, place, count, patience):
        return self.wait(self.pool.starmap_async(meet, [(place, count, patience)] * count, 1))

    def run(self, task, items):
        return self.wait(self.pool.map_async(task, items, self.chunk))

    def wait(self, results):
        """Waits for all results, as `get` does, and meanwhile looks after the workers, which nothing else does: the task of
        one that is gone never comes back."""
        while not results.ready():
            results.wait(0.02)
            for worker in self.workers:
                status = getattr(worker, "exitcode", None)
                if status is not None and not results.ready():
                    self.told(lost={"pid": worker.pid, "status": status})
                    raise SystemExit(4)
        return results.get()

    def close(self):
        self.pool.terminate()
        self.pool.join()


class Threads(Pool):
    def make(self, order):
        from multiprocessing.pool import ThreadPool

        return ThreadPool(order["workers"])

    def wait(self, results):
        # Threads are not lost alone; to look up now and then would take the lock from them.
        return results.get()


class Joblib:
    def __init__(self, order):
        import joblib

        self.delayed = joblib.delayed
        self.batch = order["chunk"] or "auto"
        self.parallel = joblib.Parallel(n_jobs=order["workers"], backend=order["library"], batch_size=self.batch)
        self.parallel.__enter__()

    def meet(self, place, count, patience):
        self.parallel.batch_size = 1
        met = self.parallel(self.delayed(meet)(place, count, patience) for _ in range(count))
        self.parallel.batch_size = self.batch
        # How long that took says nothing of the tasks to come.
        getattr(getattr(self.parallel, "_backend", None), "reset_batch_stats", int)()
        return met

    def run(self, task, items):
        return self.parallel(self.delayed(task)(item) for item in items)

    def close(self):
        self.parallel.__exit__(None, None, None)


class Dask:
    """A worker is a process of one thread; tasks are handed out one by one."""

    def __init__(self, order):
        import logging

        from distributed import Client, LocalCluster

        self.cluster = LocalCluster(
            n_workers=order["workers"], threads_per_worker=1, processes=True, dashboard_address=None,
            host="127.0.0.1", silence_logs=logging.ERROR, local_directory=order["folder"],
        )
        self.client = Client(self.cluster)
        self.client.wait_for_workers(order["workers"])

    def meet(self, place, count, patience):
        workers = list(self.client.scheduler_info(**all_workers(self.client))["workers"])
        met = [
            self.client.submit(meet, place, len(workers), patience, workers=[worker], pure=False, allow_other_workers=False)
            for worker in workers
        ]
        return self.client.gather(met)

    def run(self, task, items):
        return self.client.gather(self.client.map(task, items, pure=False))

    def close(self):
        self.client.close()
        self.cluster.close()


def all_workers(client):
    """Newer ones tell of five workers, unless asked for more."""
    import inspect

    return {"n_workers": -1} if "n_workers" in inspect.signature(client.scheduler_info).parameters else {}


LIBRARIES = {
    "serial": Serial,
    "python-threads": Threads,
    "python-processes": Pool,
    "joblib-loky": Joblib,
    "joblib-threading": Joblib,
    "dask": Dask,
}


def keep(path, results):
    """Writes down what came of all tasks: how many, columns of 8 bytes each, then failures as JSON."""
    indices, starts, ends, threads = (array("Q", (result[column] for result in results)) for column in (0, 2, 3, 4))
    failures = {result[0]: result[1] for result in results if isinstance(result[1], str)}
    values = array("d", (0.0 if isinstance(result[1], str) else result[1] for result in results))
    with open(path, "wb") as file:
        file.write(array("Q", [len(results)]).tobytes())
        for column in (indices, starts, ends, threads, values):
            file.write(column.tobytes())
        file.write(json.dumps(failures).encode())


def spent(before, after, own):
    """What each process used between two meetings; `own` are two accounts of this one, in which tasks were handed out."""
    accounts = {}
    first = {one["pid"]: one for one in before + own[:1]}
    for one in after + own[1:]:
        if one["pid"] in first:
            begun = first[one["pid"]]["counts"]
            accounts[one["pid"]] = [late - early for late, early in zip(one["counts"], begun)]
    return accounts


def queued(before, after):
    """Nanoseconds that each thread could have run and had no CPU, by thread; None unless all are known."""
    first = {one["tid"]: one["queued_ns"] for one in before}
    both = [(one["tid"], first.get(one["tid"]), one["queued_ns"]) for one in after]
    if len(both) < len(before) or any(early is None or late is None for _, early, late in both):
        return None
    return {tid: late - early for tid, early, late in both}


def items_of(order):
    """The tasks in the order in which they are handed out: index and input, whole numbers as such."""
    return [(index, x if isinstance(x, str) else whole(x)) for index, x in order["inputs"]]


def whole(x):
    return int(x) if x == x and abs(x) < 2**53 and x == int(x) else x


def run(order, control):
    # Told of what is wrong with the function before anything is started.
    task = Task(order["file"], order["function"])
    items = items_of(order)
    places = [os.path.join(order["folder"], name) for name in ("before", "after")]
    for place in places:
        os.mkdir(place)
    library = LIBRARIES[order["backend"]](order)
    before = library.meet(places[0], order["workers"], PATIENCE[0])
    own = [used()]
    control.say(ready=[[one["pid"], one["tid"]] for one in before])
    if not control.wait():
        return
    results = library.run(task, items)
    own.append(used())
    after = library.meet(places[1], len(before), PATIENCE[1])
    keep(os.path.join(order["folder"], "results"), results)
    peaks = {one["pid"]: one["peak_kib"] for one in after + own[1:]}
    control.say(done={"used": spent(before, after, own), "peaks": peaks, "queued": queued(before, after)})
    library.close()


def main():
    control = Control()
    # Asked to end, it ends as by itself, so that nothing is left behind; its workers just end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    sys.path[:] = [path for path in sys.path if path]
    # A locale that knows no UTF-8 changes nothing of that.
    with open(sys.argv[1], encoding="utf-8") as file:
        order = json.load(file)
    order["told"] = control.say
    try:
        run(order, control)
    except Exception as error:
        import traceback

        traceback.print_exc()
        control.say(error=with_place(error, order["file"]))
        sys.exit(1)
