//! A watched program on the screen: what Run and Results both show of it, a panel a file. Nothing is concluded here.

pub(super) mod lanes;
pub(super) mod messages;
pub(super) mod output;
pub(super) mod ranks;
pub(super) mod summary;
pub(super) mod tasks;
pub(super) mod waits;

/// How often something was counted, with its name: `1 thread`, `1 234 tasks`.
fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", crate::units::count(n), if n == 1 { one } else { many })
}
