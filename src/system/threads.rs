//! Threads of this process that have come to their end: whether the kernel has done with them, too.
//!
//! A thread that was joined, or has said its last word, still has to be taken apart: the kernel closes its files and takes
//! it out of `/proc`, one thread after the other. With hundreds of them that goes on for milliseconds.

use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sched::sched_getaffinity;
use nix::unistd::Pid;

/// How long to sleep between two looks.
const NAP: Duration = Duration::from_micros(50);

/// Waits until the kernel knows none of these threads any more; says whether that was so before the time was up.
pub fn wait_until_gone(threads: &[Pid], until: Instant) -> bool {
    threads.iter().all(|&thread| {
        while is_there(thread) {
            if Instant::now() >= until {
                return false;
            }
            std::thread::sleep(NAP);
        }
        true
    })
}

/// A number that is given to another thread meanwhile counts as the old one: the kernel does so only when all were used.
fn is_there(thread: Pid) -> bool {
    sched_getaffinity(thread) != Err(Errno::ESRCH)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::mpsc::{Receiver, channel};

    use nix::unistd::gettid;

    use super::*;

    /// Keeps a thread that has come to its end from going.
    struct Held(Receiver<()>);

    impl Drop for Held {
        fn drop(&mut self) {
            let _ = self.0.recv();
        }
    }

    thread_local! {
        static HELD: RefCell<Option<Held>> = const { RefCell::new(None) };
    }

    #[test]
    fn a_thread_is_there_until_it_is_gone_altogether() {
        let (let_go, held) = channel();
        let (tell, told) = channel();
        let thread = std::thread::spawn(move || {
            HELD.set(Some(Held(held)));
            let _ = tell.send(gettid());
        });
        let threads = [told.recv().expect("a thread")];
        assert!(!wait_until_gone(&threads, Instant::now()), "it is held on its way out");
        drop(let_go);
        assert!(wait_until_gone(&threads, Instant::now() + Duration::from_secs(60)));
        assert!(!is_there(threads[0]) && thread.join().is_ok());
        assert!(wait_until_gone(&[], Instant::now()), "none is there");
    }
}
