//! Runs a program of a batch system and reads what it says, for no longer than a given time.
//!
//! What its words mean is not known here.

use std::io::{self, Read as _};
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::error::BatchError;
use crate::foreign::bytes;
use crate::system::process::ChildGroup;

/// The most that is read of it: a line each of a hundred thousand jobs.
const LONGEST: u64 = 16 << 20;

/// How often it is looked whether an answer is still wanted.
const LOOK: Duration = Duration::from_millis(50);

/// Whether an answer is still wanted.
pub type StillWanted<'a> = &'a dyn Fn() -> bool;

/// What a program has said.
pub(super) struct BatchAnswer {
    pub(super) said: String,
    pub(super) complaint: String,
    pub(super) is_success: bool,
}

/// Runs a program to its end; one that takes longer than `patience` is ended.
///
/// # Errors
/// When there is no such program, or it takes longer.
pub(super) fn ask(
    program: &'static str,
    command: &mut Command,
    patience: Duration,
    is_wanted: StillWanted<'_>,
) -> Result<BatchAnswer, BatchError> {
    let broken = |cause: io::Error| match cause.kind() {
        io::ErrorKind::NotFound => BatchError::Missing(program),
        _ => BatchError::Broken { program, cause },
    };
    let (out, out_writer) = io::pipe().map_err(broken)?;
    let (err, err_writer) = io::pipe().map_err(broken)?;
    command.stdin(Stdio::null()).stdout(out_writer).stderr(err_writer);
    let mut child = ChildGroup::start(command).map_err(broken)?;
    // Or the pipes would have a writer here.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let (sender, receiver) = channel();
    // They end with the last process of the group, which is killed below.
    for (number, pipe) in [out, err].into_iter().enumerate() {
        let sender = sender.clone();
        thread::spawn(move || {
            let mut said = Vec::new();
            let _ = pipe.take(LONGEST).read_to_end(&mut said);
            let _ = sender.send((number, String::from_utf8(said).unwrap_or_else(|error| bytes(error.as_bytes()))));
        });
    }
    let mut texts = [String::new(), String::new()];
    let begun = Instant::now();
    let mut heard = 0;
    while heard < texts.len() {
        match receiver.recv_timeout(LOOK) {
            Ok((number, text)) => (texts[number], heard) = (text, heard + 1),
            Err(RecvTimeoutError::Timeout) if !is_wanted() => return Err(BatchError::CalledOff),
            Err(RecvTimeoutError::Timeout) if begun.elapsed() < patience => {}
            Err(_) => return Err(BatchError::Silent { program, patience }),
        }
    }
    let is_success = child.end().map_err(broken)?.success();
    let [said, complaint] = texts;
    Ok(BatchAnswer { said, complaint, is_success })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, patience: Duration, is_wanted: StillWanted<'_>) -> Result<BatchAnswer, BatchError> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        ask("sh", &mut command, patience, is_wanted)
    }

    const PATIENCE: Duration = Duration::from_secs(100);

    #[test]
    fn both_streams_and_the_end_are_heard() {
        let answer = shell("echo out; echo err >&2; cat; exit 3", PATIENCE, &|| true).unwrap();
        assert_eq!((answer.said.as_str(), answer.complaint.as_str(), answer.is_success), ("out\n", "err\n", false));
        assert!(shell("head -c 1000000 /dev/zero", PATIENCE, &|| true).unwrap().is_success);
    }

    #[test]
    fn what_does_not_answer_is_ended_with_all_that_it_has_started() {
        let begun = Instant::now();
        let silent = shell("sleep 100 & sleep 100", Duration::from_millis(60), &|| true);
        assert!(matches!(silent, Err(BatchError::Silent { program: "sh", .. })));
        let off = shell("sleep 100 & sleep 100", PATIENCE, &|| false);
        assert!(matches!(off, Err(BatchError::CalledOff)));
        assert!(begun.elapsed() < Duration::from_secs(50));
    }

    #[test]
    fn a_program_that_is_not_there_is_told() {
        let missing = ask("squeue", &mut Command::new("/no/such/squeue"), PATIENCE, &|| true).err().unwrap();
        assert!(missing.to_string().starts_with("there is no squeue here"), "{missing}");
    }
}
