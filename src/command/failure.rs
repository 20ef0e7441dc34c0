//! Why a command could not be carried out, with the exit code that says so to scripts.

use std::process::ExitCode;

/// A message for people and a code for scripts.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) message: String,
    code: u8,
}

impl Failure {
    /// Something failed while it was done.
    pub(super) fn run(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    /// What was asked for makes no sense, or cannot be read.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 2 }
    }

    /// It would make sense, but a limit forbids it.
    pub(super) fn refused(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 3 }
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}
