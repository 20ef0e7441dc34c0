"""A cluster of Dask within a program, of which one worker needs what the other has made: local_transfers.py processes|threads"""
import sys
import time

from distributed import Client, LocalCluster


def make(size):
    return b"x" * size


def both(one, other):
    return len(one) + len(other)


def slow(x):
    time.sleep(0.05)
    return x


if __name__ == "__main__":
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=sys.argv[1] == "processes", dashboard_address=None
    ) as cluster, Client(cluster) as client:
        first, second = client.scheduler_info()["workers"]
        print("slow", sum(client.gather(client.map(slow, range(40), pure=False))))
        one = client.submit(make, 3_000_000, workers=[first], pure=False)
        other = client.submit(make, 2_000_000, workers=[second], pure=False)
        client.gather([client.submit(len, one, workers=[first]), client.submit(len, other, workers=[second])])
        print("both", client.submit(both, one, other, workers=[first], pure=False).result())
