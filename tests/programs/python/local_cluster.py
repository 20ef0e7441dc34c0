"""A cluster of Dask within a program: local_cluster.py processes|threads"""
import sys

from dask import delayed
from distributed import Client, LocalCluster, wait


def inc(x):
    return x + 1


def bad(x):
    raise ValueError(x)


if __name__ == "__main__":
    with LocalCluster(
        n_workers=2, threads_per_worker=2, processes=sys.argv[1] == "processes", dashboard_address=None
    ) as cluster, Client(cluster) as client:
        print("total", client.submit(sum, client.map(inc, range(200), pure=False)).result())
        wait(client.map(bad, range(4), pure=False))
        tree = [delayed(inc)(number) for number in range(10)]
        print("tree", client.compute(delayed(max)(tree)).result())
