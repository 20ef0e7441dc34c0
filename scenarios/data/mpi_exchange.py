"""Each rank passes a large message to the next one, in a circle. With `send-first` every rank sends before it receives: a
message that is too large to be put aside waits for its receiver, which waits to send, and so on, for ever. With `together`
each does both at once. A program that hangs is ended after some seconds, by itself."""

import signal
import sys
from array import array

from mpi4py import MPI

PATIENCE_S = 6

signal.alarm(PATIENCE_S)
world = MPI.COMM_WORLD
after, before = (world.rank + 1) % world.size, (world.rank - 1) % world.size
own, theirs = array("d", [world.rank] * 1_000_000), array("d", [-1.0] * 1_000_000)
if sys.argv[1] == "send-first":
    world.Send(own, dest=after)
    world.Recv(theirs, source=before)
else:
    world.Sendrecv(own, dest=after, recvbuf=theirs, source=before)
assert theirs[0] == theirs[-1] == before
print(f"rank {world.rank} has the message of rank {before}", flush=True)
