"""Ten thousand tasks that do nothing, by threads and by processes, in chunks as Pool makes them."""
import multiprocessing
import multiprocessing.pool


def nothing(x):
    return None


def main():
    for make in (multiprocessing.pool.ThreadPool, multiprocessing.get_context("fork").Pool):
        with make(2) as pool:
            print(len(pool.map(nothing, range(10_000))))
            pool.close()
            pool.join()


if __name__ == "__main__":
    main()
