//! The end that comes in any case: a thread that ends the process when its time is up, whatever the others wait for.
//!
//! It is for a program that was told to end, and does not know how long a terminal, a disk or a child will take. What is
//! tidied up before is the caller's matter, within the time.

use std::io;
use std::process::exit;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::process;

/// How long children that were killed may take to go; whatever is left dies with this process.
const LAST_GRACE: Duration = Duration::from_millis(100);

/// Starts to wait for `is_due`, which returns when the time is up; then everything that was started here is killed,
/// `tidy` is called, and the process ends with this exit code.
///
/// # Errors
/// When the system refuses a thread.
pub fn end_when(is_due: impl FnOnce() + Send + 'static, tidy: fn(), code: u8) -> io::Result<()> {
    let body = move || {
        is_due();
        end_now(tidy, code);
    };
    std::thread::Builder::new().name("last-resort".to_owned()).spawn(body).map(drop)
}

/// Ends the process at once: everything that was started here is killed, and `tidy` is called.
pub fn end_now(tidy: fn(), code: u8) -> ! {
    process::signal_groups(Signal::SIGKILL);
    tidy();
    std::thread::sleep(LAST_GRACE);
    exit(i32::from(code));
}
