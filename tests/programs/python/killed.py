"""A Pool with a worker that kills itself in the middle of a task, which the Pool waits for for ever."""
import multiprocessing
import os
import signal


def fatal(x):
    if x == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return x


def main():
    with multiprocessing.get_context("fork").Pool(2) as pool:
        result = pool.map_async(fatal, range(10), chunksize=1)
        result.wait(1.0)
        print("waited", result.ready())


if __name__ == "__main__":
    main()
