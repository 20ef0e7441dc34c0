/* Nanoseconds of a call, a line each: a message to nobody, a look for a message that never comes, and a message there and
   back between two ranks, halved. */
#include <mpi.h>
#include <stdio.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

int main(int argc, char **argv) {
    int rank, size, word = 0, flag;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    enum { CALLS = 1000000, LOOKS = 200000, TRIPS = 20000 };
    if (size == 1) {
        double begun = now();
        for (int n = 0; n < CALLS; n++) MPI_Send(&word, 1, MPI_INT, MPI_PROC_NULL, 0, MPI_COMM_WORLD);
        printf("send %.2f\n", (now() - begun) / CALLS);
        begun = now();
        for (int n = 0; n < LOOKS; n++) MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &flag, MPI_STATUS_IGNORE);
        printf("iprobe %.2f\n", (now() - begun) / LOOKS);
        begun = now();
        for (int n = 0; n < LOOKS; n++) MPI_Allreduce(MPI_IN_PLACE, &word, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
        printf("allreduce %.2f\n", (now() - begun) / LOOKS);
    } else {
        double begun = now();
        for (int n = 0; n < TRIPS; n++) {
            if (rank == 0) {
                MPI_Send(&word, 1, MPI_INT, 1, 0, MPI_COMM_WORLD);
                MPI_Recv(&word, 1, MPI_INT, 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            } else {
                MPI_Recv(&word, 1, MPI_INT, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
                MPI_Send(&word, 1, MPI_INT, 0, 0, MPI_COMM_WORLD);
            }
        }
        if (rank == 0) printf("ping-pong %.2f\n", (now() - begun) / TRIPS / 2);
    }
    MPI_Finalize();
    return 0;
}
