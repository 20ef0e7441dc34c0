"""Products of matrices by NumPy, whose library of linear algebra may bring threads of its own."""
import numpy

PRODUCTS = 10


def products(n):
    """Ten products of two n × n matrices. Their entries are small whole numbers: the sums are exact, in whatever order."""
    n = int(n)
    left, right = numpy.random.default_rng(n).integers(-8, 9, (2, n, n)).astype(float)
    return float(sum(numpy.trace(left @ right) for _ in range(PRODUCTS)))
