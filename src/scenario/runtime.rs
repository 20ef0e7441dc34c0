//! What workers are, seen from outside: parlab's own loop, or another program. Kinds and backends of one runtime belong
//! together.

/// The program that the workers of a backend run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    /// This one: all workers run the same loop.
    Parlab,
    /// That of the scenario, which knows nothing of parlab.
    Given,
    /// An interpreter of Python, in which a library runs the scenario's function.
    Python,
}
