/* No deadlock, though it looks like one for a while: the last rank computes for longer than a suspicion takes, while the
   others wait for it in every way. */
#include <mpi.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static void compute(double seconds) {
    for (double until = now() + seconds; now() < until;) {}
}

static int buffer[1 << 20];

int main(int argc, char **argv) {
    int rank, size;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    int last = size - 1;
    if (rank == last) {
        compute(2.0);
        for (int to = 0; to < last; to++) MPI_Send(buffer, 1, MPI_INT, to, 0, MPI_COMM_WORLD);
        compute(2.0);
    } else {
        /* Each but the first waits for the one before, and that one for the last. */
        MPI_Recv(buffer, 1, MPI_INT, last, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == last) {
        compute(2.0);
        for (int from = 0; from < last; from++)
            MPI_Recv(buffer, 1 << 20, MPI_INT, from, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    } else {
        MPI_Send(buffer, 1 << 20, MPI_INT, last, 1, MPI_COMM_WORLD);
    }
    MPI_Finalize();
    return 0;
}
