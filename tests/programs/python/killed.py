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
        results = pool.imap_unordered(fatal, range(10))
        done, waits = sorted(next(results) for _ in range(9)), False
        try:
            results.next(timeout=0.2)
        except multiprocessing.TimeoutError:
            waits = True
    # While the pool replaces workers, what is in the buffer might be theirs to write, too.
    print(done)
    print("and it waits" if waits else "and it does not wait")


if __name__ == "__main__":
    main()
