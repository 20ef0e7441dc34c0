/* What one MPI_Fetch_and_op with its flush takes, with all ranks at it: so long on average between two of one rank, in
   nanoseconds. */
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    int rank;
    long calls = atol(argv[1]);
    uint64_t *base;
    MPI_Win window;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Win_allocate(rank ? 0 : 8, 1, MPI_INFO_NULL, MPI_COMM_WORLD, &base, &window);
    if (!rank) *base = 0;
    MPI_Win_lock_all(0, window);
    MPI_Barrier(MPI_COMM_WORLD);
    double began = MPI_Wtime();
    uint64_t one = 1, before = 0;
    for (long call = 0; call < calls; call++) {
        MPI_Fetch_and_op(&one, &before, MPI_UINT64_T, 0, 0, MPI_SUM, window);
        MPI_Win_flush(0, window);
    }
    double own = MPI_Wtime() - began, all = 0;
    MPI_Reduce(&own, &all, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    if (!rank) printf("%.1f\n", all * 1e9 / calls);
    MPI_Win_unlock_all(window);
    MPI_Win_free(&window);
    MPI_Finalize();
    return 0;
}
