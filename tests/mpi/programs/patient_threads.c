/* No deadlock, though the threads that began wait for each other: another one of each rank computes, and sends in the end what
   they wait for. */
#include <mpi.h>
#include <pthread.h>
#include <time.h>

static int rank;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static void *compute(void *unused) {
    int out = 1;
    for (double until = now() + 4.0; now() < until;) {}
    MPI_Send(&out, 1, MPI_INT, 1 - rank, 0, MPI_COMM_WORLD);
    return unused;
}

int main(int argc, char **argv) {
    int provided, in;
    pthread_t thread;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    pthread_create(&thread, NULL, compute, NULL);
    MPI_Recv(&in, 1, MPI_INT, 1 - rank, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    pthread_join(thread, NULL);
    MPI_Finalize();
    return 0;
}
