//! Saving what was made of a scenario, in the background.

use super::mailbox::Mailbox;
use super::message::Msg;
use super::port::{Draft, Existing, Lab};

/// Saves a draft, and reads the library anew if that went well.
pub(super) fn save(lab: &impl Lab, mailbox: &Mailbox, draft: &Draft, file: &str, existing: Existing) {
    let outcome = lab.save(draft, file, existing);
    if outcome.is_ok() {
        mailbox.post(Msg::Entries(lab.entries()));
    }
    mailbox.post(Msg::Saved(outcome));
}
