/* Sends messages in every way there is, and counts for itself what it sends to whom: each rank prints a line
   `rank R: M0 B0 M1 B1 …`, messages and bytes to each rank of the world. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static int rank, size;
static long messages[64], bytes[64];
static int out[1000], in[1000];

static void count(int to, int ints) {
    messages[to] += 1;
    bytes[to] += (long)ints * (long)sizeof(int);
}

/* Blocking, to the next rank; the last one receives first. */
static void blocking(int n) {
    int to = (rank + 1) % size, from = (rank + size - 1) % size;
    if (rank % 2 == 0) {
        MPI_Send(out, n, MPI_INT, to, 1, MPI_COMM_WORLD);
        MPI_Recv(in, 1000, MPI_INT, from, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        MPI_Ssend(out, 2, MPI_INT, to, 2, MPI_COMM_WORLD);
        MPI_Recv(in, 1000, MPI_INT, MPI_ANY_SOURCE, 2, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    } else {
        MPI_Recv(in, 1000, MPI_INT, from, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        MPI_Send(out, n, MPI_INT, to, 1, MPI_COMM_WORLD);
        MPI_Recv(in, 1000, MPI_INT, MPI_ANY_SOURCE, 2, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        MPI_Ssend(out, 2, MPI_INT, to, 2, MPI_COMM_WORLD);
    }
    count(to, n);
    count(to, 2);
}

/* Begun and waited for, in three ways; to each other rank. */
static void begun(void) {
    for (int step = 1; step < size; step++) {
        int to = (rank + step) % size, from = (rank + size - step) % size;
        MPI_Request requests[2];
        MPI_Status statuses[2];
        MPI_Irecv(in, 1000, MPI_INT, from, 3, MPI_COMM_WORLD, &requests[0]);
        MPI_Isend(out, step, MPI_INT, to, 3, MPI_COMM_WORLD, &requests[1]);
        MPI_Waitall(2, requests, statuses);
        count(to, step);
        MPI_Irecv(in, 1000, MPI_INT, from, 4, MPI_COMM_WORLD, &requests[0]);
        MPI_Issend(out, 7, MPI_INT, to, 4, MPI_COMM_WORLD, &requests[1]);
        for (int done = 0; !done;) MPI_Testall(2, requests, &done, statuses);
        count(to, 7);
        MPI_Sendrecv(out, 9, MPI_INT, to, 5, in, 1000, MPI_INT, from, 5, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        count(to, 9);
    }
}

/* Prepared once, begun three times. */
static void prepared(void) {
    int to = (rank + 1) % size, from = (rank + size - 1) % size;
    MPI_Request requests[2];
    MPI_Status statuses[2];
    MPI_Send_init(out, 11, MPI_INT, to, 6, MPI_COMM_WORLD, &requests[0]);
    MPI_Recv_init(in, 1000, MPI_INT, from, 6, MPI_COMM_WORLD, &requests[1]);
    for (int again = 0; again < 3; again++) {
        MPI_Startall(2, requests);
        MPI_Waitall(2, requests, statuses);
        count(to, 11);
    }
    MPI_Request_free(&requests[0]);
    MPI_Request_free(&requests[1]);
}

/* In a communicator with the ranks the other way round: numbers there are not those of the world. */
static void turned_round(void) {
    MPI_Comm turned;
    int own;
    MPI_Comm_split(MPI_COMM_WORLD, 0, size - rank, &turned);
    MPI_Comm_rank(turned, &own);
    MPI_Sendrecv(out, 13, MPI_INT, (own + 1) % size, 0, in, 1000, MPI_INT, (own + size - 1) % size, 0, turned,
                 MPI_STATUS_IGNORE);
    count((rank + size - 1) % size, 13);
    MPI_Comm_free(&turned);
}

/* Handles of communicators are used again, for others. */
static void many_communicators(void) {
    for (int n = 0; n < 1000; n++) {
        MPI_Comm one;
        int own, all;
        MPI_Comm_split(MPI_COMM_WORLD, (rank + n) % 2, rank, &one);
        MPI_Comm_rank(one, &own);
        MPI_Comm_size(one, &all);
        if (all > 1 && own < 2) {
            int other = 1 - own, to = rank + 2 * (other - own);
            MPI_Sendrecv(out, 1, MPI_INT, other, 0, in, 1000, MPI_INT, other, 0, one, MPI_STATUS_IGNORE);
            count(to, 1);
        }
        MPI_Comm_free(&one);
    }
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Send(out, 5, MPI_INT, MPI_PROC_NULL, 0, MPI_COMM_WORLD);
    for (int n = 0; n < 5; n++) blocking(100 * n);
    begun();
    prepared();
    turned_round();
    many_communicators();
    MPI_Barrier(MPI_COMM_WORLD);
    char line[2000];
    int used = snprintf(line, sizeof line, "rank %d:", rank);
    for (int to = 0; to < size; to++)
        used += snprintf(line + used, sizeof line - used, " %ld %ld", messages[to], bytes[to]);
    printf("%s\n", line);
    MPI_Finalize();
    return 0;
}
