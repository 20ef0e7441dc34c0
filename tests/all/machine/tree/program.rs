//! Programs to be watched: started, spoken to, and ended with the test.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use parlab::machine::tree::{TreeLook, TreeSampler};
use parlab::system::clock::monotonic_ns;

/// The C program, compiled once for all tests.
static COMPILED: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all/machine/tree/program.c");
    let mut command = Command::new("cc");
    command.args(["-O1", "-Wall", "-pthread", "-o"]).arg(folder.path().join("program")).arg(source);
    assert!(command.status().expect("cc").success(), "the program compiles");
    folder
});

fn compiled() -> PathBuf {
    COMPILED.path().join("program")
}

/// A program, with its process group.
pub(super) struct Program {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Program {
    /// The C program, in one of its modes.
    pub(super) fn start(arguments: &[&str]) -> Self {
        Self::of(Command::new(compiled()).args(arguments))
    }

    /// Any program.
    pub(super) fn of(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        let mut child = command.spawn().expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, lines }
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next line that it prints, which is a word and a number.
    pub(super) fn told(&mut self, word: &str) -> u64 {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("a line");
        let number = line.trim_end().strip_prefix(word).and_then(|rest| rest.trim().parse().ok());
        number.unwrap_or_else(|| panic!("no {word:?} in {line:?}"))
    }

    /// Writes a byte to it.
    pub(super) fn go_on(&mut self) {
        self.child.stdin.as_mut().expect("a pipe").write_all(b"\n").expect("it reads");
    }

    /// Kills it, and waits for it.
    pub(super) fn kill(&mut self) {
        let _ = killpg(Pid::from_raw(self.child.id() as i32), Signal::SIGKILL);
        let _ = self.child.wait();
    }

    pub(super) fn signal(&self, signal: Signal) {
        killpg(Pid::from_raw(self.child.id() as i32), signal).expect("a signal");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Looks so often.
pub(super) fn looks(sampler: &mut TreeSampler, number: usize) -> Vec<TreeLook> {
    let look = |_| {
        std::thread::sleep(Duration::from_millis(10));
        sampler.look(monotonic_ns())
    };
    (0..number).map(look).collect()
}

/// Looks until something holds of what is seen.
pub(super) fn look_until(sampler: &mut TreeSampler, what: &str, holds: impl Fn(&TreeLook) -> bool) -> TreeLook {
    let mut last = None;
    crate::common::wait_until(what, || {
        let look = sampler.look(monotonic_ns());
        let found = holds(&look);
        last = Some(look);
        found
    });
    last.expect("a look")
}
