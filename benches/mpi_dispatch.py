"""What a task costs that mpi4py.futures hands out, one at a time, in nanoseconds of a worker."""

import sys
import time

from mpi4py.futures import MPIPoolExecutor


def square(x):
    return x * x


if __name__ == "__main__":
    tasks, workers = int(sys.argv[1]), int(sys.argv[2])
    with MPIPoolExecutor(max_workers=workers) as pool:
        assert list(pool.map(square, range(100))) == [x * x for x in range(100)]
        began = time.perf_counter()
        results = list(pool.map(square, range(tasks)))
        took = time.perf_counter() - began
    assert results == [x * x for x in range(tasks)]
    print(took * 1e9 * workers / tasks)
