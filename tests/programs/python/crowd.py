"""Sixteen workers that begin their first task at once, again and again."""
import multiprocessing


def first(x):
    return x


def main():
    context = multiprocessing.get_context("fork")
    for _ in range(5):
        barrier = context.Barrier(16)
        with context.Pool(16, initializer=barrier.wait) as pool:
            print(sum(pool.map(first, range(160), chunksize=1)))
            pool.close()
            pool.join()


if __name__ == "__main__":
    main()
