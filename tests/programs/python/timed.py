"""What a task that does nothing takes by the ways of the standard library: a line `WAY NANOSECONDS` each, the best of
several rounds."""
import multiprocessing
import multiprocessing.pool
import time
from concurrent.futures import ThreadPoolExecutor


def nothing(x):
    return None


def best(walk, tasks, rounds=7):
    shortest = None
    for _ in range(rounds):
        started = time.monotonic_ns()
        walk(range(tasks))
        taken = time.monotonic_ns() - started
        shortest = taken if shortest is None else min(shortest, taken)
    return shortest / tasks


def main():
    with multiprocessing.pool.ThreadPool(1) as pool:
        print("threads-chunk-500", best(lambda items: pool.map(nothing, items, chunksize=500), 10_000))
        print("threads-chunk-1", best(lambda items: pool.map(nothing, items, chunksize=1), 1_000))
    with multiprocessing.get_context("fork").Pool(1) as pool:
        print("processes-chunk-500", best(lambda items: pool.map(nothing, items, chunksize=500), 10_000))
        print("processes-chunk-1", best(lambda items: pool.map(nothing, items, chunksize=1), 1_000))
    with ThreadPoolExecutor(1) as executor:
        print("executor-threads", best(lambda items: list(executor.map(nothing, items)), 1_000))


if __name__ == "__main__":
    main()
