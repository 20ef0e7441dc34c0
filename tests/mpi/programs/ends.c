/* Ranks that end in the way that the argument says, after a moment of work. */
#include <mpi.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int rank;
    const char *way = argv[1];
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Barrier(MPI_COMM_WORLD);
    usleep(400000);
    if (rank == 1 && !strcmp(way, "killed")) raise(SIGKILL);
    if (rank == 1 && !strcmp(way, "aborts")) MPI_Abort(MPI_COMM_WORLD, 3);
    if (!strcmp(way, "leaves")) _exit(0);
    if (!strcmp(way, "killed") || !strcmp(way, "aborts")) MPI_Barrier(MPI_COMM_WORLD);
    MPI_Finalize();
    return 0;
}
