//! Has a rank answer others while it works: MPIs do what messages of one side ask for only while the rank that has the
//! memory is in a call of theirs. So a thread makes one now and then.
//!
//! The threads that MPICH has for this (`MPIR_CVAR_ASYNC_PROGRESS`) are one a rank, and never sleep: with as many ranks as
//! cores they took half of the CPU time. This one is in rank 0 alone, and sleeps between its calls.

#![expect(unsafe_code, reason = "a function of an MPI is called by its address")]

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::JoinHandle;
use std::time::Duration;

use super::functions::{MpiRuntime, MpiWord};

/// Between two calls: so long may others wait for an answer.
const BETWEEN: Duration = Duration::from_micros(100);

/// Room for the status of a message, of any MPI.
const STATUS_WORDS: usize = 16;

/// The thread; it ends with this.
pub(super) struct ProgressThread {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl ProgressThread {
    /// Starts it; `None` where the system refuses a thread.
    pub(super) fn start(mpi: &MpiRuntime) -> Option<Self> {
        let is_over = Arc::new(AtomicBool::new(false));
        let (ask, world, over) = (mpi.iprobe, mpi.numbers.comm_world, Arc::clone(&is_over));
        let answer = move || {
            while !over.load(Relaxed) {
                let (mut is_there, mut status) = (0_i32, [0_u64; STATUS_WORDS]);
                let (flag, status) = (&raw mut is_there as MpiWord, &raw mut status as MpiWord);
                // SAFETY: it asks whether rank 0 has sent itself something, and writes the answer where it is told. Any
                // thread may call MPI.
                unsafe { ask(0, 0, world, flag, status) };
                std::thread::sleep(BETWEEN);
            }
        };
        let thread = std::thread::Builder::new().name("mpi-progress".to_owned()).spawn(answer).ok()?;
        Some(Self { is_over, thread: Some(thread) })
    }
}

impl Drop for ProgressThread {
    fn drop(&mut self) {
        self.is_over.store(true, Relaxed);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
