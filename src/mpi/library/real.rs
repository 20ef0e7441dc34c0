//! The functions of the MPI itself, found when they are first called.

use std::ffi::CStr;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use super::system::{complain, next_function};

/// An argument of any function of MPI: each is an integer or a pointer, and passed on as it came.
pub type Word = usize;

/// A function of the MPI.
pub struct Real {
    name: &'static CStr,
    /// What stands for it in an MPI without large counts.
    plain: Option<&'static CStr>,
    found: AtomicUsize,
    found_plain: AtomicUsize,
}

impl Real {
    /// The function of this name.
    pub const fn new(name: &'static CStr) -> Self {
        Self { name, plain: None, found: AtomicUsize::new(0), found_plain: AtomicUsize::new(0) }
    }

    /// The function of this name; in an MPI that has none, the other one. Programs that ask whether there is one with large
    /// counts are told of that in this library.
    pub const fn or_plain(name: &'static CStr, plain: &'static CStr) -> Self {
        Self { plain: Some(plain), ..Self::new(name) }
    }

    /// Its address.
    pub fn address(&self) -> usize {
        match self.found.load(Relaxed) {
            0 => self.find(),
            found => found,
        }
    }

    /// Whether it is the one without large counts.
    pub fn is_plain(&self) -> bool {
        self.address() == self.found_plain.load(Relaxed)
    }

    #[cold]
    fn find(&self) -> usize {
        if let Some(found) = next_function(self.name) {
            self.found.store(found, Relaxed);
            return found;
        }
        if let Some(found) = self.plain.and_then(next_function) {
            self.found_plain.store(found, Relaxed);
            self.found.store(found, Relaxed);
            return found;
        }
        complain(b"parlab: the MPI of this program has no ");
        complain(self.name.to_bytes());
        complain(b" where it can be found\n");
        std::process::abort()
    }
}

/// Calls a function of the MPI with these words.
macro_rules! call {
    ($real:expr; $($word:expr),*) => {{
        // SAFETY: it is a function of MPI with so many arguments, each an integer or a pointer, which returns an integer.
        let function: unsafe extern "C" fn($(call!(@word $word)),*) -> i32 =
            unsafe { std::mem::transmute::<usize, _>($real.address()) };
        // SAFETY: they are as the program has given them, or as MPI defines them.
        unsafe { function($($word),*) }
    }};
    (@word $word:expr) => { usize };
}
pub(super) use call;
