//! `parlab adapter`: a writer of lanes for programs in other languages, an example of its use, or the page of the protocol.
//!
//! The texts are the room `protocol`'s; here one is chosen.

use super::failure::Failure;
use crate::cli::PROTOCOL;
use crate::protocol::{ADAPTERS, protocol_page};

/// The text that was asked for.
///
/// # Errors
/// Exit code 2 where there is no such writer, or an example of the page.
pub(super) fn adapter(language: &str, example: bool) -> Result<String, Failure> {
    let adapter = ADAPTERS.iter().find(|adapter| adapter.name == language);
    let text = match (adapter, example) {
        (Some(adapter), true) => adapter.example.to_owned(),
        (Some(adapter), false) => adapter.text.to_owned(),
        (None, false) if language == PROTOCOL => protocol_page(),
        (None, _) => {
            return Err(Failure::usage(format!("adapter {language} --example: there are examples of {}", named())));
        }
    };
    Ok(text)
}

fn named() -> String {
    ADAPTERS.iter().map(|adapter| adapter.name).collect::<Vec<_>>().join(" and ")
}
