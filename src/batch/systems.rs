//! The batch systems that there are, in a table. What each is asked is in `system`.

use super::slurm::Slurm;
use super::system::BatchSystem;

/// All batch systems, the usual one first.
pub const SYSTEMS: &[&dyn BatchSystem] = &[&Slurm];

/// A batch system by its name.
pub fn system(name: &str) -> Option<&'static dyn BatchSystem> {
    SYSTEMS.iter().copied().find(|system| system.name() == name)
}
