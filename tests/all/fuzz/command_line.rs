//! The command line: arguments of all commands, dropped, doubled, swapped and replaced by what no command expects. Each
//! is a process of its own, in a folder of its own.

use std::ffi::OsString;
use std::io::Read as _;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::corpus::{Dice, scrap};
use super::hunt::{Input, hunt};
use super::streams::judge;
use crate::common::running::send;
use crate::common::{AT_ONCE, folder, parlab};

/// What is run: it takes no time and little of the machine.
const TINY: &str = "title = 't'\n[workload]\nkind = 'square'\ntasks = 3\n[sweep]\nbackends = ['serial']\nrepeats = 1\n\
                    warmup = 0\ntimeout_s = 2\n";

/// Command lines that mean something.
const LINES: &[&str] = &[
    "run tiny.toml --quiet",
    "run tiny.toml --quiet --format json",
    "run tiny.toml --format csv -o out",
    "run tiny.toml --format md --journal journal",
    "run tiny.toml --backends threads --workers 1,2 --repeats 2 --warmup 1",
    "run tiny.toml --schedule static --chunk 2 --seed 3 --yes",
    "run tiny.toml -s tasks=2 -s sweep.repeats=1",
    "run tiny.toml --predict threads@2=1.5",
    "run broken.toml --ascii",
    "run nowhere.toml",
    "list",
    "list --format json",
    "list --kinds",
    "show cubes",
    "show tiny.toml",
    "check tiny.toml broken.toml",
    "check tiny.toml nowhere.toml",
    "schema",
    // It looks on for a second: what it is given besides is refused before that.
    "machine --format yaml",
    "completions bash",
    "man",
    "--help",
    "--version",
    "run --help",
    "help check",
    "tiny.toml",
    "cubes",
    "",
];

/// Words of the command line, wherever they do not belong. None starts more than two workers.
const WORDS: &[&str] = &[
    "run",
    "list",
    "show",
    "check",
    "schema",
    "machine",
    "completions",
    "man",
    "help",
    "--help",
    "-h",
    "--version",
    "-V",
    "--quiet",
    "--ascii",
    "--yes",
    "--kinds",
    "--format",
    "json",
    "text",
    "csv",
    "md",
    "svg",
    "trace",
    "-o",
    "--journal",
    "--resume",
    "--backends",
    "serial",
    "threads",
    "processes",
    "hybrid",
    "--workers",
    "1..2",
    "2x1",
    "pow2..2",
    "--repeats",
    "--warmup",
    "--schedule",
    "static",
    "dynamic",
    "guided",
    "stealing",
    "--chunk",
    "--seed",
    "-s",
    "kind=square",
    "tasks=2",
    "title=x",
    "sweep.workers=2",
    "--predict",
    "threads@2=1",
    "--",
    "-",
    "=",
    "--format=",
    "-s=",
    "--workers=",
    "0",
    "1",
    "2",
    "tiny.toml",
    "broken.toml",
    "out",
    "bash",
    "zsh",
    "cubes",
    "__forkserver",
    ".",
];

/// Arguments.
type Line = Vec<OsString>;

impl Input for Line {
    fn parts(&self) -> usize {
        self.len()
    }

    fn without(&self, parts: std::ops::Range<usize>) -> Self {
        [&self[..parts.start], &self[parts.end..]].concat()
    }

    fn bytes(&self) -> Vec<u8> {
        self.join(&OsString::from("\n")).into_vec()
    }
}

/// No argument has a byte 0, and none leads out of the folder.
fn argument(mut bytes: Vec<u8>) -> OsString {
    bytes.retain(|&byte| byte != 0 && byte != b'/');
    OsString::from_vec(bytes)
}

fn line(dice: &mut Dice) -> Line {
    let mut line: Line = dice.one_of(LINES).split_whitespace().map(OsString::from).collect();
    for _ in 0..dice.below(5) {
        let at = dice.below(line.len() + 1);
        let word = |dice: &mut Dice| OsString::from(dice.one_of(WORDS));
        match dice.below(7) {
            0 => line.insert(at, word(dice)),
            1 => line.insert(at, argument(scrap(dice))),
            2 if at < line.len() => drop(line.remove(at)),
            3 if at < line.len() => line[at] = word(dice),
            4 if at < line.len() => line.insert(at, line[at].clone()),
            5 if at < line.len() => {
                // No digit is doubled, or a number of workers would grow.
                let mut bytes = line[at].as_bytes().to_vec();
                let scrap = scrap(dice).into_iter().filter(|byte| !byte.is_ascii_digit());
                let cut = dice.below(bytes.len() + 1);
                bytes.splice(cut..cut, scrap);
                line[at] = argument(bytes);
            }
            _ => {
                let length = dice.below(40);
                let bytes = dice.bytes(length).into_iter().filter(|byte| !byte.is_ascii_digit());
                line.insert(at, argument(bytes.collect()));
            }
        }
    }
    line
}

/// What comes of a command line. One that takes its time is asked to end, as a batch system would, and then must.
fn outcome(line: &Line, folder: &Path) -> Result<Output, String> {
    let mut command = parlab();
    command.args(line).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child: Child = command.spawn().map_err(|error| error.to_string())?;
    let mut stderr = child.stderr.take().expect("a pipe");
    let errors = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stderr.read_to_end(&mut bytes);
        bytes
    });
    let mut stdout = child.stdout.take().expect("a pipe");
    let words = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stdout.read_to_end(&mut bytes);
        bytes
    });
    let (begun, mut asked) = (Instant::now(), false);
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            break status;
        }
        if begun.elapsed() > AT_ONCE && !asked {
            send(child.id(), Signal::SIGTERM);
            asked = true;
        }
        if begun.elapsed() > 3 * AT_ONCE {
            let _ = child.kill();
            let _ = child.wait();
            return Err("it does not end".to_owned());
        }
        std::thread::sleep(Duration::from_micros(500));
    };
    let read = |thread: std::thread::JoinHandle<Vec<u8>>| thread.join().expect("what was printed");
    Ok(Output { status, stdout: read(words), stderr: read(errors) })
}

/// A folder with what command lines name.
fn workplace() -> tempfile::TempDir {
    let folder = folder();
    std::fs::write(folder.path().join("tiny.toml"), TINY).expect("a scenario");
    std::fs::write(folder.path().join("broken.toml"), "title = 1\n[workload]\nkind = '\u{1b}[2J'\n")
        .expect("a scenario");
    folder
}

/// Command lines that run side by side.
const BATCH: usize = 64;

fn judged(lines: &[Line]) -> Result<(), String> {
    // As many at a time as there are CPUs on most machines that test.
    let halves = lines.chunks(lines.len().div_ceil(2).max(1));
    std::thread::scope(|scope| {
        let judging: Vec<_> = halves
            .map(|lines| {
                scope.spawn(|| {
                    let folder = workplace();
                    lines.iter().try_for_each(|line| {
                        let output = outcome(line, folder.path())?;
                        judge(&output).map_err(|wrong| format!("{line:?}: {wrong}"))
                    })
                })
            })
            .collect();
        judging.into_iter().try_for_each(|thread| thread.join().expect("a verdict"))
    })
}

#[test]
fn command_lines_of_any_kind_are_answered() {
    hunt("command line", BATCH, line, judged);
}
