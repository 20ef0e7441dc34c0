"""Prints what a program can see of its libraries and its surroundings."""
import concurrent.futures.process
import concurrent.futures.thread
import inspect
import multiprocessing.pool
import pickle
import sys

FUNCTIONS = [
    (multiprocessing.pool, "worker"),
    (multiprocessing.pool, "mapstar"),
    (multiprocessing.pool, "starmapstar"),
    (multiprocessing.pool.Pool, "apply_async"),
    (multiprocessing.pool.Pool, "map"),
    (concurrent.futures.process, "_process_worker"),
    (concurrent.futures.process, "_process_chunk"),
    (concurrent.futures.thread._WorkItem, "run"),
    (concurrent.futures.ThreadPoolExecutor, "map"),
    (concurrent.futures.ThreadPoolExecutor, "submit"),
]

if __name__ == "__main__":
    for owner, name in FUNCTIONS:
        function = getattr(owner, name)
        print(function.__module__, function.__name__, function.__qualname__, inspect.signature(function))
        print(inspect.getdoc(function), pickle.loads(pickle.dumps(function)) is function)
    for module in (multiprocessing.pool, concurrent.futures.thread, concurrent.futures.process):
        print(module.__spec__.origin, module.__spec__.name, module.__loader__ is module.__spec__.loader, type(module.__loader__), module.__file__)
        print(len(inspect.getsource(module)))
    print(getattr(sys.modules.get("sitecustomize"), "SITE", None), sys.argv)
