//! What happens in a run besides its figures, a line each.

use crate::record::{Disturbance, Loss, Remedy, disturbance_in_words, loss_in_words, stall_in_words};
use crate::tui::theme::Role;

/// Something that happened in the run, in one line.
#[derive(Debug, Clone, PartialEq)]
pub struct News {
    /// How serious it is.
    pub role: Role,
    /// What happened.
    pub text: String,
}

impl News {
    /// A worker is gone.
    pub fn lost(loss: &Loss) -> Self {
        let role = match loss.remedy {
            Remedy::Retried | Remedy::Replaced => Role::Warn,
            Remedy::TaskFailed | Remedy::GivenUp => Role::Bad,
        };
        Self { role, text: loss_in_words(loss) }
    }

    /// A worker was stopped from outside, or goes on after that.
    pub fn stalled(worker: u32, pid: u32, stopped: bool) -> Self {
        let role = if stopped { Role::Warn } else { Role::Good };
        Self { role, text: stall_in_words(worker, pid, stopped) }
    }

    /// Trials were added to the plan.
    pub fn added(text: String) -> Self {
        Self { role: Role::Dim, text }
    }

    /// A trial is timed again.
    pub fn repeated(why: Disturbance) -> Self {
        Self { role: Role::Warn, text: format!("{}: the trial is timed again", disturbance_in_words(why)) }
    }
}
