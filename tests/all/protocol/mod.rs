//! The outside board, written by real programs: the adapters as parlab prints them, in every Python that is found and in
//! C as the system's compiler has it.

mod c;
mod commands;
mod hostile;
mod python;
mod socket;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use parlab::protocol::{BOARD_VARIABLE, Life, Medium, NameTotal, OutsideBoard, OutsideLook};

use crate::common::{self, PATIENCE, have, parlab};

/// Every way to a board.
fn media() -> [Medium; 3] {
    [Medium::Memory, Medium::File, Medium::Socket([127, 0, 0, 1].into())]
}

/// A program's writing, from beginning to end.
#[derive(Debug)]
struct Seen {
    /// The last look, with the records and complaints of all.
    look: OutsideLook,
    totals: Vec<NameTotal>,
    status: ExitStatus,
}

impl Seen {
    fn total(&self, name: &str) -> &NameTotal {
        self.totals.iter().find(|total| &*total.name == name).unwrap_or_else(|| panic!("{name}: {self:?}"))
    }

    /// Tasks that ended well, that failed, and that are known by count alone.
    fn sums(&self) -> (u64, u64, u64) {
        let sum = |figure: fn(&parlab::protocol::OutsideLane) -> u64| self.look.lanes.iter().map(figure).sum();
        (sum(|lane| lane.done), sum(|lane| lane.failed), sum(|lane| lane.lost))
    }

    #[track_caller]
    fn assert_well(&self) {
        assert!(self.status.success(), "{self:?}");
        assert!(self.look.complaints.is_empty(), "{:?}", self.look.complaints);
        for lane in &self.look.lanes {
            assert_eq!(lane.hand, None, "{lane:?}");
            let until = lane.ended_at.unwrap_or(lane.looked_at);
            assert_eq!(lane.spent_ns.iter().sum::<u64>(), until - lane.claimed_at, "{lane:?}");
        }
    }
}

/// What looks at a board, one after the other, and keeps what they bring.
struct Watcher {
    board: OutsideBoard,
    all: OutsideLook,
}

impl Watcher {
    fn new(medium: Medium, lanes: usize) -> Self {
        Self { board: OutsideBoard::create_in(medium, lanes).expect("a board"), all: OutsideLook::default() }
    }

    fn keep(&mut self, look: OutsideLook) {
        let mut all = std::mem::replace(&mut self.all, look);
        all.records.append(&mut self.all.records);
        all.complaints.append(&mut self.all.complaints);
        (self.all.records, self.all.complaints) = (all.records, all.complaints);
    }

    fn look(&mut self) {
        let look = self.board.look();
        self.keep(look);
    }

    fn look_until(&mut self, what: &str, holds: impl Fn(&OutsideLook) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !holds(&self.all) {
            assert!(Instant::now() < until, "{what}: {:?}", self.all);
            std::thread::sleep(self.board.next_look_in());
            self.look();
        }
    }

    fn start(&self, command: &mut Command) -> Child {
        command.env(BOARD_VARIABLE, self.board.address()).stdin(Stdio::null()).spawn().expect("a program")
    }

    /// Watches a program to its end, and what it leaves.
    fn end(mut self, mut child: Child) -> Seen {
        let until = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = child.try_wait().expect("a child") {
                break status;
            }
            if Instant::now() > until {
                let _ = child.kill();
            }
            std::thread::sleep(self.board.next_look_in());
            self.look();
        };
        while !self.board.is_settled() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
            self.look();
        }
        let last = self.board.last_look();
        self.keep(last);
        Seen { totals: self.board.totals().to_vec(), look: self.all, status }
    }
}

fn watch(medium: Medium, lanes: usize, command: &mut Command) -> Seen {
    let watcher = Watcher::new(medium, lanes);
    let child = watcher.start(command);
    watcher.end(child)
}

/// A folder that has what `parlab adapter` prints, under the names that the files must have.
fn printed(language: &str, file: &str) -> tempfile::TempDir {
    let folder = common::folder();
    let example = if language == "python" { "example.py" } else { "example.c" };
    for (args, name) in [(&[][..], file), (&["--example"], example)] {
        let output = parlab().args(["adapter", language]).args(args).output().expect("parlab");
        assert!(output.status.success());
        std::fs::write(folder.path().join(name), output.stdout).expect("a file");
    }
    folder
}
