/* Ranks that wait for each other for good, in the way that the argument says. */
#include <mpi.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int buffer[1 << 20];

int main(int argc, char **argv) {
    int rank, size;
    const char *way = argv[1];
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    int next = (rank + 1) % size;
    if (!strcmp(way, "receives")) {
        MPI_Recv(buffer, 1, MPI_INT, next, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    } else if (!strcmp(way, "sends")) {
        MPI_Send(buffer, 1 << 20, MPI_INT, next, 0, MPI_COMM_WORLD);
    } else if (!strcmp(way, "tags")) {
        if (rank == 0) MPI_Ssend(buffer, 1, MPI_INT, 1, 5, MPI_COMM_WORLD);
        else MPI_Recv(buffer, 1, MPI_INT, 0, 6, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    } else if (!strcmp(way, "requests")) {
        MPI_Request request;
        MPI_Irecv(buffer, 1, MPI_INT, next, 0, MPI_COMM_WORLD, &request);
        MPI_Wait(&request, MPI_STATUS_IGNORE);
    } else if (!strcmp(way, "collectives")) {
        if (rank == 0) MPI_Barrier(MPI_COMM_WORLD);
        else MPI_Recv(buffer, 1, MPI_INT, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    } else if (!strcmp(way, "leaves")) {
        if (rank == 0) MPI_Barrier(MPI_COMM_WORLD);
    }
    MPI_Finalize();
    return 0;
}
