//! Why a batch system did not do what it was asked.

use std::io;
use std::time::Duration;

use super::job_id::JobId;
use crate::foreign::{escaped, printable};

/// Why a batch system did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// Its programs are not here.
    #[error("there is no {0} here: run this on a machine of the cluster from which jobs are sent")]
    Missing(&'static str),
    /// A program of its cannot be run.
    #[error("{program} cannot be run: {cause}")]
    Broken {
        /// The program.
        program: &'static str,
        /// Why.
        cause: io::Error,
    },
    /// It does not answer in time.
    #[error("{program} does not answer within {} s", patience.as_secs())]
    Silent {
        /// The program.
        program: &'static str,
        /// How long it was waited for.
        patience: Duration,
    },
    /// It knows no such job: there is none, or it ended so long ago that it is forgotten.
    #[error("there is no job {0} any more: it is forgotten some time after its end")]
    Forgotten(JobId),
    /// It says why not.
    #[error("{program}: {}", escaped(said))]
    Refused {
        /// The program.
        program: &'static str,
        /// What it says.
        said: String,
    },
    /// It says something that is not understood.
    #[error("{program} says what is not understood: {}", printable(said))]
    Unreadable {
        /// The program.
        program: &'static str,
        /// What it says.
        said: String,
    },
    /// It is not wanted to be known any more.
    #[error("called off")]
    CalledOff,
}
