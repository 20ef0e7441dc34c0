"""Tasks within tasks, and beside them: pools in the workers of pools, a fork in the middle of a task, asyncio."""
import asyncio
import functools
import multiprocessing
import multiprocessing.pool
import os
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor


def inner(x):
    return x


def outer(x):
    with multiprocessing.pool.ThreadPool(2) as pool:
        return sum(pool.map(inner, range(x)))


def forking(x):
    child = os.fork()
    if child == 0:
        os._exit(inner(x))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) if hasattr(os, "waitstatus_to_exitcode") else x


def blocking(x):
    return x


async def many():
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(2) as executor:
        calls = [loop.run_in_executor(executor, functools.partial(blocking, x)) for x in range(5)]
        return await asyncio.gather(*calls)


def passed_on(call):
    """A task whose exception ends the thread's work, not the thread."""
    with ThreadPoolExecutor(1) as executor:
        return repr(executor.submit(call).exception())


def waiting(gate):
    return gate.wait()


def leaving():
    raise SystemExit(3)


def main():
    # Newer Pythons warn of forks beside threads, when these have not ended yet.
    warnings.simplefilter("ignore")
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(pool.map(outer, range(4), chunksize=1))
        print(pool.map(forking, range(3)))
        pool.close()
        pool.join()
    print(asyncio.run(many()))
    print(passed_on(leaving))
    with ThreadPoolExecutor(1) as executor:
        gate = threading.Event()
        first = executor.submit(waiting, gate)
        cancelled = [executor.submit(inner, x) for x in range(10)]
        print([future.cancel() for future in cancelled])
        gate.set()
        print(first.result())


if __name__ == "__main__":
    main()
