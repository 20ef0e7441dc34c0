"""Functions of the bundled scenarios of kind python: each takes one number and returns one."""
import time

STEPS_A_UNIT = 1_000_000

# A loop that counts to more than 256 makes each number anew, and one that does nothing but count is a fifth faster or
# slower as it happens to lie in memory, in one thread and not in another. Calls in rounds are as fast in all of them.
STEPS_A_ROUND = 200


def step():
    """Nothing: what is left is what an interpreter takes to call it."""


def count(units):
    """Takes a million steps a unit, one after the other, each of them a call."""
    for _ in range(int(units * STEPS_A_UNIT / STEPS_A_ROUND)):
        for _ in range(STEPS_A_ROUND):
            step()
    return units


def query(units):
    """Waits for a database that takes a tenth of a second a unit, and computes nothing."""
    time.sleep(units / 10)
    return units


def square(x):
    """Next to nothing: what is left is what a call costs, and the handing out."""
    return x * x
