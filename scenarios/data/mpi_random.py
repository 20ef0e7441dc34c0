"""Each rank draws three positions in its own slice of [0, 1), from a stream of random numbers of its own: the same in every
run, whichever rank is faster, and no rank draws those of another."""

import random

from mpi4py import MPI

SEED = 2021

world = MPI.COMM_WORLD
low, high = world.rank / world.size, (world.rank + 1) / world.size
draw = random.Random(f"{SEED} {world.rank}").uniform
own = sorted(draw(low, high) for _ in range(3))
slices = world.gather(own, root=0)
if world.rank == 0:
    for rank, positions in enumerate(slices):
        print(f"rank {rank}:", " ".join(f"{position:.4f}" for position in positions), flush=True)
