//! Doing something that may take its time, on a thread that is left behind once it is not wanted any more: neither a
//! slow disk nor a large memory can be hurried.
//!
//! What is done should look now and then whether it is still wanted, so that it ends soon; nothing waits for that.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

/// How often it is looked whether it is still wanted.
const LOOK: Duration = Duration::from_millis(10);

/// Does some work while it is wanted, which the work can ask, too. `None` when it was not done before that.
///
/// # Errors
/// When the system refuses a thread, or the work panicked.
pub fn aside<T: Send + 'static>(
    work: impl FnOnce(&dyn Fn() -> bool) -> T + Send + 'static,
    is_wanted: &dyn Fn() -> bool,
) -> io::Result<Option<T>> {
    let (done, result) = sync_channel(1);
    let called_off = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&called_off);
    let body = move || {
        let _ = done.send(work(&|| !heard.load(Relaxed)));
    };
    std::thread::Builder::new().name("aside".to_owned()).spawn(body)?;
    loop {
        match result.recv_timeout(LOOK) {
            Ok(result) => return Ok(Some(result)),
            Err(RecvTimeoutError::Timeout) if is_wanted() => {}
            Err(RecvTimeoutError::Timeout) => {
                called_off.store(true, Relaxed);
                return Ok(None);
            }
            Err(RecvTimeoutError::Disconnected) => return Err(io::Error::other("it panicked")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn what_is_wanted_is_waited_for() {
        assert_eq!(aside(|is_wanted| is_wanted(), &|| true).unwrap(), Some(true));
    }

    #[test]
    fn what_is_not_wanted_any_more_is_left_behind_and_hears_of_it() {
        let (end, ended) = channel();
        let work = move |is_wanted: &dyn Fn() -> bool| {
            while is_wanted() {
                std::thread::sleep(Duration::from_millis(1));
            }
            let _ = end.send(());
        };
        assert_eq!(aside(work, &|| false).unwrap(), None);
        ended.recv_timeout(Duration::from_secs(60)).unwrap();
        let (_forever, never) = channel::<()>();
        assert_eq!(aside(move |_| never.recv().is_ok(), &|| false).unwrap(), None, "and if it does not");
    }
}
