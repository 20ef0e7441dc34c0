//! What a call was given, as far as it is looked at: the same for C and Fortran.

use super::abi::{Abi, type_bytes};
use super::real::{Real, Word};
use super::requests::Named;

/// The arguments of a call.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// The place of the call in the table.
    pub call: usize,
    /// How many of the datatype are sent.
    pub count: i64,
    /// The datatype of these.
    pub datatype: Word,
    /// To which rank of the communicator.
    pub to: Option<i32>,
    /// From which rank.
    pub from: Option<i32>,
    /// The tag; of an exchange that of what is received.
    pub tag: Option<i32>,
    /// The communicator; 0 where none is named.
    pub communicator: Word,
    /// The requests.
    pub requests: Named,
}

impl View {
    /// Of a call that names nothing.
    pub fn of(call: usize) -> Self {
        Self {
            call,
            count: 0,
            datatype: 0,
            to: None,
            from: None,
            tag: None,
            communicator: 0,
            requests: Named { at: 0, count: 0, by_fortran: false },
        }
    }

    /// Bytes that it sends.
    pub fn bytes(&self) -> u64 {
        if self.count <= 0 { 0 } else { self.count as u64 * type_bytes(self.datatype) }
    }
}

/// Requests that a call of C names.
pub fn requests(at: Word, count: i32) -> Named {
    Named { at, count: count.max(0) as usize, by_fortran: false }
}

/// Requests that a call of Fortran names.
pub fn fortran_requests(at: Word, count: i32) -> Named {
    Named { by_fortran: true, ..requests(at, count) }
}

/// An integer that a call of Fortran names.
pub fn fortran_integer(at: Word) -> i32 {
    // SAFETY: Fortran passes the address of each argument.
    if at == 0 { 0 } else { unsafe { (at as *const i32).read_unaligned() } }
}

/// A communicator that a call of Fortran names, as C has it.
pub fn fortran_communicator(at: Word) -> Word {
    static FROM_FORTRAN: Real = Real::new(c"PMPI_Comm_f2c");
    of_fortran(&FROM_FORTRAN, at)
}

/// A datatype that a call of Fortran names, as C has it.
pub fn fortran_datatype(at: Word) -> Word {
    static FROM_FORTRAN: Real = Real::new(c"PMPI_Type_f2c");
    of_fortran(&FROM_FORTRAN, at)
}

fn of_fortran(convert: &Real, at: Word) -> Word {
    if Abi::of_program() != Abi::OpenMpi {
        // There they are the same integers, or addresses below any that there is.
        return fortran_integer(at) as u32 as Word;
    }
    // SAFETY: these functions take an integer and return a handle, an address in the MPI whose Fortran is watched.
    let convert: unsafe extern "C" fn(i32) -> Word = unsafe { std::mem::transmute(convert.address()) };
    // SAFETY: it is a handle that the program has given.
    unsafe { convert(fortran_integer(at)) }
}

/// The handle that stands at an address.
pub fn handle_at(at: Word) -> Word {
    let abi = Abi::of_program();
    // SAFETY: the program has given the address of a handle.
    match abi {
        Abi::Mpich => unsafe { (at as *const u32).read_unaligned() as Word },
        // SAFETY: as above.
        Abi::OpenMpi | Abi::Standard => unsafe { (at as *const Word).read_unaligned() },
    }
}

/// An array of counts or displacements for an MPI without large ones, and what keeps it: all that are of a communicator's
/// ranks. An address of nothing stays one, and so does one that is not this rank's to look at.
pub fn shortened(array: Word, is_plain: bool, communicator: Word, root: Option<i32>) -> (Word, Vec<i32>) {
    let is_own = root.is_none_or(|root| root == super::communicators::rank_in(communicator));
    if !is_plain || array == 0 || !is_own {
        return (array, Vec::new());
    }
    let long = |place: usize| {
        // SAFETY: the program has given one for each rank of the communicator.
        unsafe { (array as *const i64).add(place).read_unaligned() }
    };
    let short: Vec<i32> = (0..super::communicators::size_of(communicator)).map(|place| long(place) as i32).collect();
    (short.as_ptr() as Word, short)
}
