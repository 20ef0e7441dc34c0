"""Every way to hand tasks to a Pool, each with a function of its own: pools.py thread|fork|spawn|forkserver"""
import multiprocessing
import multiprocessing.pool
import sys
import traceback


def mapped(x):
    return x * x


def chunked(x):
    return -x


def starmapped(a, b):
    return a + b


def imapped(x):
    return x + 1


def imapped_by_chunks(x):
    return x + 2


def unordered(x):
    return x + 3


def applied(a, b):
    return a - b


def applied_async(a, b=0):
    return a * b


def mapped_async(x):
    return [x]


def starmapped_async(a, b):
    return [a, b]


def failing(x):
    if x == 3:
        raise ValueError("three")
    return x


def recycled(x):
    return x


def raising():
    yield 1
    raise KeyError("no more")


def told(call):
    """What an exception says, down to the last line of each traceback."""
    try:
        call()
    except Exception:
        return traceback.format_exc()
    return "no exception"


def all_ways(pool):
    yield pool.map(mapped, range(100))
    yield pool.map(chunked, range(100), chunksize=7)
    yield pool.starmap(starmapped, [(i, i) for i in range(50)])
    yield list(pool.imap(imapped, range(20)))
    yield list(pool.imap(imapped_by_chunks, range(20), chunksize=6))
    yield sorted(pool.imap_unordered(unordered, range(20)))
    yield [pool.apply(applied, (i, 1)) for i in range(5)]
    yield [result.get() for result in [pool.apply_async(applied_async, (i,), {"b": 2}) for i in range(5)]]
    yield pool.map_async(mapped_async, range(8)).get()
    yield pool.starmap_async(starmapped_async, [(1, 2)] * 8).get()
    yield pool.map(mapped, [])
    yield told(lambda: pool.map(failing, range(10), 5))
    yield told(lambda: pool.apply(applied, (1,)))
    yield told(lambda: list(pool.imap(imapped, raising())))


def main(kind):
    if kind == "thread":
        make = multiprocessing.pool.ThreadPool
    else:
        make = multiprocessing.get_context(kind).Pool
    with make(2) as pool:
        for result in all_ways(pool):
            print(result)
        pool.close()
        pool.join()
    if kind != "thread":
        with make(2, maxtasksperchild=2) as pool:
            done = pool.map(recycled, range(10), chunksize=1)
            pool.close()
            pool.join()
        # While the pool replaces workers, what is in the buffer might be theirs to write, too.
        print(done)


if __name__ == "__main__":
    main(sys.argv[1])
