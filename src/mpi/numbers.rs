//! What stands for something in the binary interfaces of MPIs: of Open MPI names of variables, whose addresses are the
//! handles, of the others numbers. Nothing here looks anything up.
//!
//! Sources: `mpi.h` of MPICH 4.0 and 5.0, of Open MPI 4.1 and 5.0, and `mpi_abi.h` of MPI 5.0.
//!
//! It is compiled into the program and into the library.

/// Handles and numbers of an interface that has numbers for handles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    pub comm_world: usize,
    pub info_null: usize,
    pub uint64_t: usize,
    pub sum: usize,
    pub comm_type_shared: i32,
    pub thread_multiple: i32,
}

/// MPICH, and those that agreed with it on an interface.
pub const MPICH: Numbers = Numbers {
    comm_world: 0x4400_0000,
    info_null: 0x1c00_0000,
    uint64_t: 0x4c00_083e,
    sum: 0x5800_0003,
    comm_type_shared: 1,
    thread_multiple: 3,
};

/// The standard interface of MPI 5.
pub const STANDARD: Numbers = Numbers {
    comm_world: 0x101,
    info_null: 0x130,
    uint64_t: 0x259,
    sum: 0x21,
    comm_type_shared: 221,
    thread_multiple: 4096,
};

/// Variables of Open MPI.
pub mod open_mpi {
    pub const COMM_WORLD: &str = "ompi_mpi_comm_world";
    pub const INFO_NULL: &str = "ompi_mpi_info_null";
    pub const UINT64_T: &str = "ompi_mpi_uint64_t";
    pub const SUM: &str = "ompi_mpi_op_sum";
    pub const COMM_TYPE_SHARED: i32 = 0;
    pub const THREAD_MULTIPLE: i32 = 3;
}
