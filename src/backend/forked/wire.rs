//! What the engine and its forkserver say to each other.

use serde::{Deserialize, Serialize};

use crate::backend::board::BoardSpec;
use crate::backend::pool::Departure;
use crate::scenario::Job;
pub(in crate::backend) use crate::system::line::Line as Wire;

/// What the engine asks of the forkserver.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::backend) enum Request {
    /// Prepare this job; answered by [`Reply::Ready`] or [`Reply::Refused`].
    Prepare(Box<Job>),
    /// Map the board that comes beside this message, and fork a worker for each lane; where tasks come through a pipe,
    /// the workers' ends come beside it too.
    Start(BoardSpec),
    /// Fork one worker again.
    Replace(u32),
}

/// What the forkserver has to say.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::backend) enum Reply {
    /// The job is prepared.
    Ready,
    /// It cannot do what it was asked to, and says why.
    Refused(String),
    /// A worker is gone.
    Left { worker: u32, pid: u32, how: Departure },
    /// A worker was stopped, or goes on.
    Stalled { worker: u32, pid: u32, stopped: bool },
}
