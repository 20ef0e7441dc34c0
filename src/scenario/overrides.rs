//! What the command line says instead of the file: text as it was typed, checked where the file is checked.

/// Options that stand in for keys of `[sweep]`; `None` leaves the file's word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--backends a,b`
    pub backends: Option<String>,
    /// `--workers LIST`
    pub workers: Option<String>,
    /// `--repeats N`
    pub repeats: Option<String>,
    /// `--warmup N`
    pub warmup: Option<String>,
    /// `--schedule S`
    pub schedule: Option<String>,
    /// `--chunk N`
    pub chunk: Option<String>,
    /// `--seed N`
    pub seed: Option<String>,
}
