"""Functions of the bundled scenarios of kind python: each takes one number and returns one."""
import time

STEPS_A_UNIT = 1_000_000


def count(units):
    """Counts down in a loop, as slowly as an interpreter does: a million steps a unit."""
    left = int(units * STEPS_A_UNIT)
    while left:
        left -= 1
    return units


def query(units):
    """Waits for a database that takes a tenth of a second a unit, and computes nothing."""
    time.sleep(units / 10)
    return units


def square(x):
    """Next to nothing: what is left is what a call costs, and the handing out."""
    return x * x
