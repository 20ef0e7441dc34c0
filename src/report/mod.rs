//! How is it told? The report as text or JSON, progress on stderr, and the journal.
//!
//! Everything here is a consumer of the run's events or of the [`Ledger`] that they fold into: it measures
//! nothing, and a run goes the same way whether anything here listens or not.

pub mod deliver;
pub mod journal;
pub mod json;
pub mod progress;
pub mod text;
mod words;

pub use deliver::{DeliveryError, deliver};
pub use journal::{Journal, JournalError, JournalLost};
pub use progress::Progress;
pub use words::{loss_sentence, warnings};

use crate::engine::Ledger;

/// The formats a report can be written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For people: aligned columns.
    #[default]
    Text,
    /// For scripts: `parlab.report/1`.
    Json,
}

/// The report of a run, finished or not, ending in a newline.
pub fn render(format: Format, ledger: &Ledger) -> String {
    match format {
        Format::Text => text::render(ledger),
        Format::Json => json::render(ledger),
    }
}
