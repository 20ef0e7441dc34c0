"""Particles walk at random in [0, 1), of which each rank has a slice. After each step every rank tells all others which
particles have left its slice, by a broadcast, and takes those that have come to its own."""

import random
import sys

from mpi4py import MPI

SEED, SIGMA = 2021, 0.02
PARTICLES, STEPS = int(sys.argv[1]), int(sys.argv[2])

world = MPI.COMM_WORLD
rank, size = world.rank, world.size
stream = random.Random(f"{SEED} {rank}")


def owner(position):
    return min(int(position * size), size - 1)


def step(position):
    moved = position + stream.gauss(0.0, SIGMA)
    # They bounce off both ends.
    moved = -moved if moved < 0.0 else moved
    return min(2.0 - moved, 0.999999) if moved >= 1.0 else moved


mine = [stream.uniform(rank / size, (rank + 1) / size) for _ in range(PARTICLES // size)]
travelled = 0
for _ in range(STEPS):
    mine = [step(position) for position in mine]
    leave = [position for position in mine if owner(position) != rank]
    mine = [position for position in mine if owner(position) == rank]
    travelled += len(leave)
    for root in range(size):
        mine += [position for position in world.bcast(leave, root=root) if owner(position) == rank]

counts = world.gather((len(mine), travelled), root=0)
if rank == 0:
    left = sum(count for count, _ in counts)
    assert left == PARTICLES // size * size, f"{left} particles are left of {PARTICLES // size * size}"
    print(f"{left} particles, {sum(moves for _, moves in counts)} moves from slice to slice", flush=True)
