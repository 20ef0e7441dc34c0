"""A ring of messages by mpi4py, and collectives of arrays and of objects; each rank prints what it sent, as
messages.c does."""

import sys
from array import array

from mpi4py import MPI

world = MPI.COMM_WORLD
rank, size = world.rank, world.size
to, before = (rank + 1) % size, (rank - 1) % size
outgoing, incoming = array("i", range(100)), array("i", range(100))
for n in range(1, 6):
    world.Sendrecv([outgoing, 10 * n, MPI.INT], to, recvbuf=[incoming, MPI.INT], source=before)
    requests = [world.Irecv([incoming, MPI.INT], before), world.Isend([outgoing, n, MPI.INT], to)]
    MPI.Request.Waitall(requests)
    world.Barrier()
own, total = array("i", [rank]), array("i", [0])
world.Allreduce([own, MPI.INT], [total, MPI.INT])
rows = world.gather([rank] * rank, root=0)
assert total[0] == size * (size - 1) // 2 and (rank > 0 or [len(row) for row in rows] == list(range(size)))
row = [0] * (2 * size)
row[2 * to : 2 * to + 2] = [10, 4 * (150 + 15)]
print(f"rank {rank}: {' '.join(map(str, row))}")
sys.stdout.flush()
