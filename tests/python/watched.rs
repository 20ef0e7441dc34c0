//! Runs a program with the hook and a board, and says what was seen of it.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use parlab::protocol::{OutsideBoard, OutsideLane, OutsideRecord};
use parlab::python::{Hook, WatchUnit};

use crate::common;

/// Importing scikit-learn in several processes takes long on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);
const LANES: usize = 256;

/// A program that was watched to its end.
pub(crate) struct Watched {
    pub(crate) status: ExitStatus,
    pub(crate) pid: u32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) lanes: Vec<OutsideLane>,
    pub(crate) records: Vec<OutsideRecord>,
    /// The most tasks that were to be done at any look, by name.
    pub(crate) pending: BTreeMap<String, u64>,
    /// Processes that loaded the hook.
    pub(crate) started: Vec<u32>,
    pub(crate) cost: Option<Duration>,
}

/// Tasks of one name.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Tasks {
    pub(crate) well: usize,
    pub(crate) failed: usize,
    /// In ascending order; those without one left out.
    pub(crate) indexes: Vec<u64>,
}

impl Tasks {
    /// So many, all of which end well, with indexes from 0 on.
    pub(crate) fn numbered(count: u64) -> Self {
        Self { well: count as usize, failed: 0, indexes: (0..count).collect() }
    }
}

/// Watches a program task by task.
pub(crate) fn watch(command: Command) -> Watched {
    watch_by(WatchUnit::Tasks, command)
}

/// Watches a program to its end.
pub(crate) fn watch_by(unit: WatchUnit, mut command: Command) -> Watched {
    let mut board = OutsideBoard::create(LANES).expect("a board");
    let hook = Hook::install(board.address(), unit).expect("the hook");
    let python_path = command.get_envs().find(|(name, _)| *name == "PYTHONPATH").and_then(|(_, path)| path);
    let environment = match python_path {
        Some(path) => hook.environment_beside(Some(path)),
        None => hook.environment(),
    };
    let debug = command.get_envs().find(|(name, _)| *name == "PARLAB_DEBUG").is_none();
    command.envs(environment);
    if debug {
        command.env("PARLAB_DEBUG", "1");
    }
    let (mut child, output) = start(command);
    let (mut records, mut pending) = (Vec::new(), BTreeMap::new());
    let until = Instant::now() + PATIENCE;
    let status = loop {
        let look = board.look();
        records.extend(look.records);
        for (name, count) in look.lanes.iter().flat_map(|lane| &lane.pending) {
            let most: &mut u64 = pending.entry(name.to_string()).or_default();
            *most = (*most).max(*count);
        }
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        assert!(Instant::now() < until || child.kill().is_err(), "it does not end");
        std::thread::sleep(board.next_look_in());
    };
    let look = board.last_look();
    records.extend(look.records);
    assert!(look.complaints.is_empty(), "{:?}", look.complaints);
    assert_eq!(look.refused, 0);
    Watched {
        status,
        pid: child.id(),
        stdout: output.text("stdout"),
        stderr: output.text("stderr"),
        lanes: look.lanes,
        records,
        pending,
        started: hook.started(),
        cost: hook.cost_of_a_task(),
    }
}

/// Runs a program as it is.
pub(crate) fn run(command: Command) -> (ExitStatus, String, String) {
    let (mut child, output) = start(command);
    let status = child.wait().expect("a child");
    (status, output.text("stdout"), output.text("stderr"))
}

/// Runs a program as it is and watched; what it prints and how it ends must be the same.
pub(crate) fn watch_beside(command: impl Fn() -> Command) -> Watched {
    let (status, stdout, stderr) = run(command());
    assert!(status.success(), "{status}: {stderr}");
    let watched = watch(command());
    assert_eq!((watched.status, &watched.stdout, &watched.stderr), (status, &stdout, &stderr));
    watched
}

impl Watched {
    /// What was seen, by the name of the tasks.
    pub(crate) fn tasks(&self) -> BTreeMap<String, Tasks> {
        let mut tasks: BTreeMap<String, Tasks> = BTreeMap::new();
        for record in &self.records {
            let tasks = tasks.entry(record.name.to_string()).or_default();
            *(if record.failed { &mut tasks.failed } else { &mut tasks.well }) += 1;
            tasks.indexes.extend(record.index);
        }
        tasks.values_mut().for_each(|tasks| tasks.indexes.sort_unstable());
        tasks
    }

    /// Tasks ended by the lanes' own counts, which are exact also where records are lost.
    pub(crate) fn count(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.done + lane.failed).sum()
    }

    /// Lanes must have as many records as they count, and no task in hand.
    pub(crate) fn is_whole(&self) {
        for (place, lane) in self.lanes.iter().enumerate() {
            let records = self.records.iter().filter(|record| record.lane == place);
            assert_eq!(records.count() as u64, lane.done + lane.failed, "{lane:?}");
            assert_eq!((lane.lost, &lane.hand), (0, &None), "{lane:?}");
        }
    }
}

struct Printed(tempfile::TempDir);

impl Printed {
    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).expect("what it prints is text")
    }
}

fn start(mut command: Command) -> (Child, Printed) {
    let folder = common::folder();
    let file = |name: &str| File::create(folder.path().join(name)).expect("a file");
    command.stdin(Stdio::null()).stdout(file("stdout")).stderr(file("stderr")).current_dir(folder.path());
    (command.spawn().expect("a Python"), Printed(folder))
}

/// A command of an interpreter and a program with an argument.
pub(crate) fn python(interpreter: &Path, program: &Path, argument: &str) -> Command {
    let mut command = Command::new(interpreter);
    command.arg(program).arg(argument);
    // No test writes beside the programs.
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}
