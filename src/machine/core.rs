//! A core of the machine, as the meters name it.

/// One core, as the meters show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Core {
    /// The kernel's id for it.
    pub id: u32,
    /// Whether this process may run on it.
    pub usable: bool,
}
