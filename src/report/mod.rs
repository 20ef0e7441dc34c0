//! How is it told? Reports as text and JSON, progress on a terminal, the journal.

pub mod machine;
