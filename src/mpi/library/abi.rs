//! What differs from MPI to MPI: how large handles are, and which numbers stand for something.

use std::ffi::CStr;
use std::sync::OnceLock;

use super::numbers::{MPICH, STANDARD};
use super::real::{Real, Word, call};
use super::system::{is_from, variable};

/// An MPI, by its binary interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abi {
    /// MPICH, and those that agreed with it on an interface.
    Mpich,
    /// Open MPI, whose handles are addresses.
    OpenMpi,
    /// The standard interface of MPI 5.
    Standard,
}

static INIT: Real = Real::new(c"PMPI_Init");
const WORLD_OF_OPEN_MPI: &CStr = c"ompi_mpi_comm_world";

impl Abi {
    /// That of the MPI which this program uses.
    pub fn of_program() -> Self {
        static FOUND: OnceLock<Abi> = OnceLock::new();
        *FOUND.get_or_init(|| {
            if is_from(INIT.address(), b"libmpi_abi") {
                Self::Standard
            } else if variable(WORLD_OF_OPEN_MPI).is_some() {
                Self::OpenMpi
            } else {
                Self::Mpich
            }
        })
    }

    /// The handle of `MPI_COMM_WORLD`.
    pub fn world(self) -> Word {
        match self {
            Self::Mpich => MPICH.comm_world,
            Self::OpenMpi => {
                static FOUND: OnceLock<Word> = OnceLock::new();
                *FOUND.get_or_init(|| variable(WORLD_OF_OPEN_MPI).unwrap_or_default())
            }
            Self::Standard => STANDARD.comm_world,
        }
    }

    /// A handle as it is compared: MPICH's are integers, and what stands above them in a register is not theirs.
    pub fn handle(self, word: Word) -> Word {
        if self == Self::Mpich { word as u32 as Word } else { word }
    }

    /// `MPI_ANY_SOURCE`; other negative ranks are nobody.
    pub fn any_source(self) -> i32 {
        if self == Self::Mpich { -2 } else { -1 }
    }

    /// Bytes of a request.
    pub fn request_bytes(self) -> usize {
        if self == Self::Mpich { 4 } else { 8 }
    }

    /// The value of `MPI_THREAD_MULTIPLE`.
    pub fn thread_multiple(self) -> i32 {
        if self == Self::Standard { 4096 } else { 3 }
    }
}

/// The size of a datatype in bytes; 0 where it has none.
pub fn type_bytes(datatype: Word) -> u64 {
    static TYPE_SIZE: Real = Real::new(c"PMPI_Type_size");
    let mut bytes = 0_i32;
    let failed = call!(TYPE_SIZE; datatype, (&raw mut bytes) as Word) != 0;
    if failed { 0 } else { bytes.max(0) as u64 }
}
