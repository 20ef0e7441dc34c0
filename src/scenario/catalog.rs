//! What a scenario may name: the kinds of workload, the backends, and how many CPUs this machine lets it use.
//!
//! Made where the rooms meet, because the kinds are `workload`'s and the CPUs are the machine's; nothing here looks
//! for either.

use super::backends::BackendKind;
use super::kind::KindSpec;

/// What scenarios are checked against.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// The kinds of workload, in the order they are listed.
    pub kinds: Vec<&'static KindSpec>,
    /// The backends, in the order they are listed.
    pub backends: &'static [BackendKind],
    /// The number of usable CPUs, at least 1: what `cores` means in a LIST, and `all` for threads.
    pub cpus: u32,
    /// The interpreter of Python where a scenario names none.
    pub python: String,
}

impl Catalog {
    /// These kinds and every backend, on a machine with so many usable CPUs.
    pub fn new(kinds: impl IntoIterator<Item = &'static KindSpec>, cpus: u32) -> Self {
        Self { kinds: kinds.into_iter().collect(), backends: &BackendKind::ALL, cpus, python: "python3".to_owned() }
    }

    /// The kind of a name.
    pub fn kind(&self, name: &str) -> Option<&'static KindSpec> {
        self.kinds.iter().copied().find(|spec| spec.name == name)
    }
}
