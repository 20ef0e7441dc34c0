/* Ten collectives to which the rank with the highest number comes 100 ms later than the others. */
#include <mpi.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int rank, size, own = 1, sum;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int n = 0; n < 10; n++) {
        if (rank == size - 1) usleep(100000);
        MPI_Allreduce(&own, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    }
    MPI_Finalize();
    return sum == size ? 0 : 1;
}
