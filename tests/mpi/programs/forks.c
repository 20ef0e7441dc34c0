/* A rank with thousands of children, each of which ends as programs do, with what the rank has for its own end. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    for (int child = 0; child < 6000; child++) {
        pid_t pid = fork();
        if (pid == 0) exit(0);
        int status = 1;
        if (waitpid(pid, &status, 0) != pid || status != 0) MPI_Abort(MPI_COMM_WORLD, 1);
    }
    MPI_Finalize();
    return 0;
}
