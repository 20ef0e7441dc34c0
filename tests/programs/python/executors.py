"""Every way to hand tasks to an executor, each with a function of its own: executors.py thread|fork|spawn|forkserver"""
import multiprocessing
import sys
import traceback
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor


def mapped(x):
    return x * x


def chunked(x, y):
    return x * y


def submitted(a, b=0):
    return a + b


def failing(x):
    if x == 3:
        raise ValueError("three")
    return x


def told(call):
    """What an exception says, and where it passed through."""
    try:
        call()
    except Exception as error:
        return repr(error), [frame.name for frame in traceback.extract_tb(error.__traceback__)], str(error.__cause__)
    return "no exception"


def main(kind):
    if kind == "thread":
        executor = ThreadPoolExecutor(2)
    else:
        executor = ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(kind))
    with executor:
        print([future.result() for future in [executor.submit(submitted, i, b=1) for i in range(30)]])
        for _ in range(2):
            print(list(executor.map(mapped, range(100))))
        print(list(executor.map(chunked, range(100), range(100), chunksize=7)))
        print(told(lambda: list(executor.map(failing, range(10), chunksize=5))))
        print(told(lambda: executor.submit(submitted).result()))
        for future in [executor.submit(submitted, i) for i in range(3)]:
            future.add_done_callback(lambda done: done.exception())
            future.result()


if __name__ == "__main__":
    main(sys.argv[1])
