"""Each rank says who it is; the first one says how many that were."""

from mpi4py import MPI

world = MPI.COMM_WORLD
print(f"hello from rank {world.rank} of {world.size} on {MPI.Get_processor_name()}", flush=True)
greeted = world.gather(world.rank, root=0)
if world.rank == 0:
    print(f"{len(greeted)} ranks said hello, by {MPI.Get_library_version().splitlines()[0]}", flush=True)
