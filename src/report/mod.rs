//! How is it told? The report as text or JSON, and progress on stderr.
//!
//! Everything here is a consumer of the run's events or of the [`crate::record::RunState`] that they fold into: it
//! measures nothing, and a run goes the same way whether anything here listens or not.

pub mod catalog;
mod closed;
pub mod deliver;
mod estimates;
mod fit;
mod fits;
mod formats;
pub mod json;
mod json_noise;
pub mod machine;
mod machine_noise;
pub mod metg;
mod picture;
pub mod progress;
pub mod readers;
pub mod reference;
pub mod text;
mod words;

pub use deliver::{DeliveryError, deliver, deliver_by, deliver_to};
pub use formats::{FORMATS, Format, Unsupported};
pub use progress::ProgressReporter;
pub use words::{loss_sentence, warnings};

use crate::foreign::{PlainText, escaped};

/// Tells on standard error why something could not be done: a reason a line, each with the program's name.
pub fn complain(message: &str) {
    for line in message.lines().map(escaped) {
        // Where even that is closed, the exit code has to do.
        let _ = readers::write_to(&mut std::io::stderr(), format!("parlab: {line}\n").as_bytes());
    }
}

/// Asks something on standard error and waits for a line of standard input; `None` where that ends before there is one.
pub fn ask(question: &PlainText) -> Option<String> {
    let _ = readers::write_to(&mut std::io::stderr(), question.as_str().as_bytes());
    let mut answer = String::new();
    let bytes = std::io::stdin().read_line(&mut answer).ok()?;
    (bytes > 0).then_some(answer)
}

/// The columns that texts on standard output may take: the terminal's, or 80 where there is none.
pub fn width() -> usize {
    crate::system::terminal::size().map_or(80, |(columns, _)| columns.into())
}
