//! What happens in a run besides its figures, a line each.

use crate::engine::{Cause, Loss, Remedy};
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
        let how = match &loss.cause {
            Cause::Signal(name) => format!("killed by {name}"),
            Cause::Exit(status) => format!("exited with status {status}"),
        };
        let task = loss.task.map_or_else(String::new, |task| format!(" while it held task {task}"));
        let remedy = match loss.remedy {
            Remedy::Retried => "retried",
            Remedy::TaskFailed => "that task is marked failed",
            Remedy::Replaced => "replaced",
            Remedy::GivenUp => "the trial is given up",
        };
        let role = match loss.remedy {
            Remedy::Retried | Remedy::Replaced => Role::Warn,
            Remedy::TaskFailed | Remedy::GivenUp => Role::Bad,
        };
        Self { role, text: format!("worker {} (pid {}) {how}{task}: {remedy}", loss.worker, loss.pid) }
    }

    /// A worker was stopped from outside, or goes on after that.
    pub fn stalled(worker: u32, pid: u32, stopped: bool) -> Self {
        if stopped {
            let text =
                format!("worker {worker} (pid {pid}) was stopped from outside; `kill -CONT {pid}` lets it go on");
            return Self { role: Role::Warn, text };
        }
        Self { role: Role::Good, text: format!("worker {worker} (pid {pid}) goes on") }
    }
}
