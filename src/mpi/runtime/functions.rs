//! The functions of an MPI that ranks of parlab call, and what stands for what in it.
//!
//! MPI's own errors end the program, as is its rule where nothing else is said; so no result is looked at here.

#![expect(unsafe_code, reason = "functions of a library that is loaded at run time are called by their addresses")]

use std::env;
use std::path::{Path, PathBuf};

use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};

use super::candidates::{LIBRARY_VARIABLE, MpiFamily, candidates};
use crate::foreign::name;
use crate::mpi::numbers::{MPICH, Numbers, STANDARD, open_mpi};

/// An argument: an integer, or a pointer.
pub(super) type MpiWord = usize;

type Function<const N: usize> = <Arity<N> as OfArity>::Function;

/// Stands for a number of arguments.
pub(super) struct Arity<const N: usize>;

/// The type of functions with so many arguments.
pub(super) trait OfArity {
    /// That type.
    type Function: Copy;
}

macro_rules! arities {
    ($($n:literal: ($($word:ty),*);)*) => {$(
        impl OfArity for Arity<$n> {
            type Function = unsafe extern "C" fn($($word),*) -> i32;
        }
    )*};
}

arities! {
    0: ();
    1: (MpiWord);
    2: (MpiWord, MpiWord);
    4: (MpiWord, MpiWord, MpiWord, MpiWord);
    5: (MpiWord, MpiWord, MpiWord, MpiWord, MpiWord);
    6: (MpiWord, MpiWord, MpiWord, MpiWord, MpiWord, MpiWord);
    7: (MpiWord, MpiWord, MpiWord, MpiWord, MpiWord, MpiWord, MpiWord);
}

/// An MPI that is loaded, for good.
pub struct MpiRuntime {
    pub(super) numbers: Numbers,
    init_thread: Function<4>,
    finalize: Function<0>,
    comm_size: Function<2>,
    comm_rank: Function<2>,
    pub(super) barrier: Function<1>,
    pub(super) iprobe: Function<5>,
    pub(super) comm_split_type: Function<5>,
    pub(super) win_allocate_shared: Function<6>,
    pub(super) win_shared_query: Function<5>,
    pub(super) win_allocate: Function<6>,
    pub(super) win_lock_all: Function<2>,
    pub(super) win_unlock_all: Function<1>,
    pub(super) win_flush: Function<2>,
    pub(super) win_free: Function<1>,
    pub(super) fetch_and_op: Function<7>,
}

impl MpiRuntime {
    /// Loads the MPI of the launcher that has started this process; `folders` are where its libraries may be.
    ///
    /// # Errors
    /// Why there is none, with what to do.
    pub fn load(folders: &[PathBuf]) -> Result<Self, String> {
        let variable = |name: &str| env::var_os(name);
        if let Some(named) = variable(LIBRARY_VARIABLE) {
            return Self::of_file(Path::new(&named), None).map_err(|why| format!("{LIBRARY_VARIABLE}: {why}"));
        }
        let family = MpiFamily::of_rank(&variable);
        let mut why = String::new();
        for file in candidates(family, folders) {
            match Self::of_file(&file, family) {
                Ok(loaded) => return Ok(loaded),
                Err(error) if why.is_empty() || file.is_absolute() => why = error,
                Err(_) => {}
            }
        }
        Err(format!("no library of the launcher's MPI is found ({why}); name it by {LIBRARY_VARIABLE}"))
    }

    fn of_file(file: &Path, family: Option<MpiFamily>) -> Result<Self, String> {
        // SAFETY: what is run by loading is the library's own beginning, as in any program that is linked to it. Its parts
        // look for each other's names in the whole program.
        let library =
            unsafe { Library::open(Some(file), RTLD_NOW | RTLD_GLOBAL) }.map_err(|error| error.to_string())?;
        let is_open_mpi = address(&library, open_mpi::COMM_WORLD).is_ok();
        if family.is_some_and(|family| (family == MpiFamily::OpenMpi) != is_open_mpi) {
            return Err(format!("{} is of another MPI than the launcher", name(file)));
        }
        let called = file.file_name().unwrap_or_default().as_encoded_bytes();
        let is_standard = called.starts_with(b"libmpi_abi");
        let numbers = match (is_open_mpi, is_standard) {
            (true, _) => of_open_mpi(&library)?,
            (false, true) => STANDARD,
            (false, false) => MPICH,
        };
        let loaded = Self {
            numbers,
            init_thread: function::<4>(&library, "MPI_Init_thread")?,
            finalize: function::<0>(&library, "MPI_Finalize")?,
            comm_size: function::<2>(&library, "MPI_Comm_size")?,
            comm_rank: function::<2>(&library, "MPI_Comm_rank")?,
            barrier: function::<1>(&library, "MPI_Barrier")?,
            iprobe: function::<5>(&library, "MPI_Iprobe")?,
            comm_split_type: function::<5>(&library, "MPI_Comm_split_type")?,
            win_allocate_shared: function::<6>(&library, "MPI_Win_allocate_shared")?,
            win_shared_query: function::<5>(&library, "MPI_Win_shared_query")?,
            win_allocate: function::<6>(&library, "MPI_Win_allocate")?,
            win_lock_all: function::<2>(&library, "MPI_Win_lock_all")?,
            win_unlock_all: function::<1>(&library, "MPI_Win_unlock_all")?,
            win_flush: function::<2>(&library, "MPI_Win_flush")?,
            win_free: function::<1>(&library, "MPI_Win_free")?,
            fetch_and_op: function::<7>(&library, "MPI_Fetch_and_op")?,
        };
        // It has threads and memory of its own that outlive any value here.
        std::mem::forget(library);
        Ok(loaded)
    }

    /// Becomes a rank, and tells whether any thread may call the other functions; else this one alone may.
    pub fn init(&self) -> bool {
        let mut provided = 0_i32;
        let wanted = self.numbers.thread_multiple;
        // SAFETY: without arguments of the program, which MPI allows; it writes the integer that it is given the place of.
        unsafe { (self.init_thread)(0, 0, wanted.cast_unsigned() as MpiWord, &raw mut provided as MpiWord) };
        provided >= wanted
    }

    /// Says that nothing more is to come, once all ranks do.
    pub fn finalize(&self) {
        // SAFETY: it takes nothing.
        unsafe { (self.finalize)() };
    }

    /// How many ranks there are.
    pub fn size(&self) -> u32 {
        self.ask(self.comm_size, self.numbers.comm_world)
    }

    /// Which one this is.
    pub fn rank(&self) -> u32 {
        self.ask(self.comm_rank, self.numbers.comm_world)
    }

    /// How many ranks a communicator has.
    pub(super) fn size_of(&self, communicator: MpiWord) -> u32 {
        self.ask(self.comm_size, communicator)
    }

    /// Which one this is in a communicator.
    pub(super) fn rank_in(&self, communicator: MpiWord) -> u32 {
        self.ask(self.comm_rank, communicator)
    }

    #[expect(clippy::unused_self, reason = "there is an MPI")]
    fn ask(&self, function: Function<2>, communicator: MpiWord) -> u32 {
        let mut answer = 0_i32;
        // SAFETY: both functions write one integer, whose place they are given.
        unsafe { function(communicator, &raw mut answer as MpiWord) };
        answer.max(0).cast_unsigned()
    }
}

/// Of a library that has these variables.
fn of_open_mpi(library: &Library) -> Result<Numbers, String> {
    Ok(Numbers {
        comm_world: address(library, open_mpi::COMM_WORLD)?,
        info_null: address(library, open_mpi::INFO_NULL)?,
        uint64_t: address(library, open_mpi::UINT64_T)?,
        sum: address(library, open_mpi::SUM)?,
        comm_type_shared: open_mpi::COMM_TYPE_SHARED,
        thread_multiple: open_mpi::THREAD_MULTIPLE,
    })
}

/// Where a symbol of the library is.
fn address(library: &Library, name: &str) -> Result<MpiWord, String> {
    // SAFETY: it is only looked at where it is.
    let symbol = unsafe { library.get::<MpiWord>(name.as_bytes()) };
    symbol.map(|symbol| symbol.into_raw() as MpiWord).map_err(|error| error.to_string())
}

fn function<const N: usize>(library: &Library, name: &str) -> Result<Function<N>, String>
where
    Arity<N>: OfArity,
{
    // SAFETY: it is a function of MPI, with so many arguments, each an integer or a pointer, which returns an integer; the
    // library is never unloaded.
    let symbol = unsafe { library.get::<Function<N>>(name.as_bytes()) };
    symbol.map(|symbol| *symbol).map_err(|error| error.to_string())
}
