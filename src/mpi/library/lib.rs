//! The library that stands between a program and its MPI: loaded before both (`LD_PRELOAD`), it has the functions of MPI,
//! notes each call on the board of ranks, and hands it on to the MPI's own.
//!
//! One build serves every MPI, and needs none: each argument of MPI is an integer or a pointer, and is passed on as a word.
//! It tells nobody anything but the board, or over a connection the parlab that has the board: no message of MPI is sent, and
//! where there is neither every call is handed on.

#![allow(non_snake_case, reason = "the functions are called as MPI calls them")]

mod abi;
mod board;
#[path = "../calls.rs"]
#[allow(dead_code, reason = "it is the program's, too")]
mod calls;
mod communicators;
mod connection;
#[path = "../layout.rs"]
#[allow(dead_code, reason = "it is the program's, too")]
mod layout;
#[path = "../numbers.rs"]
#[allow(dead_code, reason = "it is the program's, too")]
mod numbers;
mod rank;
mod real;
mod requests;
mod sender;
mod system;
mod view;
#[path = "../wire.rs"]
#[allow(dead_code, reason = "it is the program's, too")]
mod wire;
/// A function for each row of the table of calls, in C and in Fortran: written by `build.rs`.
mod wrappers {
    include!(env!("PARLAB_MPI_WRAPPERS"));
}

use abi::Abi;
use real::{Real, Word, call};
use view::{View, fortran_integer};

/// Makes a call, and tells of it.
#[inline]
fn watched(view: &View, make: impl FnOnce() -> i32) -> i32 {
    let Some(entered) = rank::enter(view) else { return make() };
    let result = make();
    rank::leave(view, &entered);
    result
}

/// The same for Fortran: `of_2008` for the functions of that module. Where the MPI's functions for Fortran call those for C
/// by the names that this library has, too, these tell of it: so do MPICH's but for those.
#[inline]
fn watched_fortran(of_2008: bool, view: impl FnOnce() -> View, make: impl FnOnce() -> i32) -> i32 {
    let is_own = of_2008 || Abi::of_program() == Abi::OpenMpi;
    if is_own { watched(&view(), make) } else { make() }
}

/// Begins to tell of this rank, whose MPI provides such threads.
fn initialized(threads: i32) {
    rank::begin(threads == Abi::of_program().thread_multiple());
}

/// See the standard of MPI, as for all functions here.
#[unsafe(no_mangle)]
pub extern "C" fn MPI_Init(a: Word, b: Word) -> i32 {
    static REAL: Real = Real::new(c"PMPI_Init");
    let result = call!(REAL; a, b);
    initialized(0);
    result
}

#[unsafe(no_mangle)]
pub extern "C" fn MPI_Init_thread(a: Word, b: Word, required: Word, provided: Word) -> i32 {
    static REAL: Real = Real::new(c"PMPI_Init_thread");
    let result = call!(REAL; a, b, required, provided);
    initialized(fortran_integer(provided));
    result
}

#[unsafe(no_mangle)]
pub extern "C" fn MPI_Finalize() -> i32 {
    static REAL: Real = Real::new(c"PMPI_Finalize");
    rank::end(None);
    call!(REAL;)
}

#[unsafe(no_mangle)]
pub extern "C" fn MPI_Abort(communicator: Word, code: Word) -> i32 {
    static REAL: Real = Real::new(c"PMPI_Abort");
    rank::end(Some(code as i32));
    call!(REAL; communicator, code)
}

/// The same for Fortran, in the two forms in which compilers call it.
macro_rules! for_fortran {
    ($($name:ident $symbol:literal ($($word:ident),*) before $before:expr, after $after:expr;)*) => {$(
        #[unsafe(no_mangle)]
        pub extern "C" fn $name($($word: Word),*) -> i32 {
            static REAL: Real = Real::new($symbol);
            $before;
            let result = call!(REAL; $($word),*);
            $after;
            result
        }
    )*};
}

for_fortran! {
    mpi_init_ c"mpi_init_" (error) before {}, after initialized(0);
    mpi_init_f08_ c"mpi_init_f08_" (error) before {}, after initialized(0);
    mpi_init_thread_ c"mpi_init_thread_" (required, provided, error)
        before {}, after initialized(fortran_integer(provided));
    mpi_init_thread_f08_ c"mpi_init_thread_f08_" (required, provided, error)
        before {}, after initialized(fortran_integer(provided));
    mpi_finalize_ c"mpi_finalize_" (error) before rank::end(None), after {};
    mpi_finalize_f08_ c"mpi_finalize_f08_" (error) before rank::end(None), after {};
    mpi_abort_ c"mpi_abort_" (communicator, code, error) before rank::end(Some(fortran_integer(code))), after {};
    mpi_abort_f08_ c"mpi_abort_f08_" (communicator, code, error) before rank::end(Some(fortran_integer(code))), after {};
}
