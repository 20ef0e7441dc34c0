"""A cluster of Dask within a program, which dies with its scheduler once each worker is at work: scheduler_dies.py FOLDER"""
import os
import signal
import sys
import time

from distributed import Client, LocalCluster


def inc(x):
    return x + 1


def slow(x, folder):
    with open(os.path.join(folder, "%d.pid" % x), "w") as file:
        file.write("%d\n" % os.getpid())
    time.sleep(600)


if __name__ == "__main__":
    folder = sys.argv[1]
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None)
    client = Client(cluster)
    client.gather(client.map(inc, range(20), pure=False))
    # One task a worker, wherever the scheduler would have them.
    workers = list(client.scheduler_info()["workers"])
    at_work = [client.submit(slow, x, folder, workers=[workers[x]], pure=False) for x in range(2)]
    while len([name for name in os.listdir(folder) if name.endswith(".pid")]) < 2:
        time.sleep(0.02)
    # The board is looked at several times a second.
    time.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)
