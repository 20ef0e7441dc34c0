"""joblib.Parallel by a backend, or with one job: parallel.py loky|threading|multiprocessing|one"""
import sys

from joblib import Parallel, delayed


def squared(x):
    return x * x


def listed(x):
    return [x]


def again(x):
    return -x


def inner(x):
    return x


def outer(x):
    return sum(Parallel(n_jobs=1)(delayed(inner)(i) for i in range(x)))


class Model:
    def fitted(self, x, scale=1):
        return x * scale


def failing(x):
    if x == 3:
        raise ValueError("three")
    return x


def told(call):
    try:
        call()
    except Exception as error:
        return repr(error), str(error.__cause__)
    return "no exception"


def main(kind):
    options = {"n_jobs": 1} if kind == "one" else {"n_jobs": 2, "backend": kind}
    print(Parallel(**options)(delayed(squared)(i) for i in range(1000)))
    print(Parallel(**options)([delayed(listed)(i) for i in range(7)]))
    parallel = Parallel(**options)
    for _ in range(2):
        print(parallel(delayed(again)(i) for i in range(50)))
    with Parallel(batch_size=10, **options) as parallel:
        print(parallel(delayed(Model().fitted)(i, scale=2) for i in range(35)))
    print(Parallel(**options)(delayed(outer)(i) for i in range(5)))
    if kind != "multiprocessing":
        print(Parallel(**options)(delayed(lambda x: x + 1)(i) for i in range(5)))
    print(told(lambda: Parallel(**options)(delayed(failing)(i) for i in [3])))


if __name__ == "__main__":
    main(sys.argv[1])
