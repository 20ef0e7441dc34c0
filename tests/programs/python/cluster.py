"""Tasks for a cluster of Dask that runs elsewhere: cluster.py ADDRESS. The last one kills its worker."""
import os
import signal
import sys
import time

from distributed import Client, wait


def inc(x):
    time.sleep(0.002)
    return x + 1


def total(numbers):
    return sum(numbers)


def bad(x):
    raise ValueError(x)


def fatal():
    os.kill(os.getpid(), signal.SIGKILL)


def left_by_watchers(dask_scheduler):
    names = list(dask_scheduler.plugins) + list(dask_scheduler.handlers)
    return sum(name.startswith("parlab") for name in names)


if __name__ == "__main__":
    client = Client(sys.argv[1])
    numbers = client.map(inc, range(100), pure=False)
    print("total", client.submit(total, numbers).result())
    failed = client.map(bad, range(3), pure=False)
    wait(failed)
    print("failed", sum(future.status == "error" for future in failed))
    print("in the scheduler", client.run_on_scheduler(left_by_watchers))
    # What the worker has that is going to be lost would be computed anew.
    del numbers
    lost = client.submit(fatal)
    wait(lost)
    print("lost", lost.exception().__class__.__name__)
    client.close()
