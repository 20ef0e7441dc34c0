//! What a rank is to do, written where it can read it.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::backend::board::{Board, BoardSpec};
use crate::foreign::name;
use crate::scenario::Job;
use crate::system::memfd;
use crate::system::secret::Secret;

/// Tells a rank where its order is: a file, and a number that no other order has.
pub(super) const ORDER_VARIABLE: &str = "PARLAB_RANK";
/// Tells ranks that cannot open it where to ask: addresses, and a secret.
pub(super) const HOST_VARIABLE: &str = "PARLAB_RANK_HOST";
/// Between the two: on another node the same path may lead to another file.
const BEFORE_NUMBER: char = '#';

/// What a rank is to do: at the lane of its number, with the others.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RankOrder {
    /// A number that no other order has.
    number: u64,
    /// The job that its tasks are of.
    pub(super) job: Job,
    /// How the board is laid out.
    pub(super) spec: BoardSpec,
    /// Where the board is.
    pub(super) board: PathBuf,
    /// Where the libraries of its launcher's MPI may be.
    pub(super) library_folders: Vec<PathBuf>,
}

/// An order in memory that ranks of this node can open.
pub(super) struct WrittenOrder {
    /// Ranks open it through this process.
    _file: File,
    /// What they are told.
    pub(super) address: String,
}

impl RankOrder {
    /// An order for the ranks at a board.
    ///
    /// # Errors
    /// When the kernel has no number to give.
    pub(super) fn new(job: &Job, board: &Board, library_folders: Vec<PathBuf>) -> io::Result<Self> {
        let number = u64::from_str_radix(&Secret::new()?.word()[..16], 16).map_err(io::Error::other)?;
        let board_file = own_file(&board.memory());
        Ok(Self { number, job: job.clone(), spec: *board.spec(), board: board_file, library_folders })
    }

    /// Writes it down.
    pub(super) fn write(&self) -> io::Result<WrittenOrder> {
        let text = serde_json::to_vec(self)?;
        let mut file = File::from(memfd::of_size("parlab-order", text.len() as u64)?);
        file.write_all(&text)?;
        let address = format!("{}{BEFORE_NUMBER}{:x}", name(&own_file(&file)), self.number);
        Ok(WrittenOrder { _file: file, address })
    }

    /// The order that this process was started with.
    ///
    /// # Errors
    /// Why there is none that can be read.
    pub(super) fn of_this_process() -> Result<Self, String> {
        let address = std::env::var(ORDER_VARIABLE).unwrap_or_default();
        let (path, number) =
            address.rsplit_once(BEFORE_NUMBER).ok_or("this is started by parlab alone, as a rank of MPI")?;
        let mut text = Vec::new();
        let read = File::open(Path::new(path)).and_then(|mut file| file.read_to_end(&mut text));
        read.map_err(|error| format!("cannot read what this rank is to do ({}): {error}", name(path)))?;
        let order: Self = serde_json::from_slice(&text)
            .map_err(|error| format!("cannot make out what this rank is to do: {error}"))?;
        match format!("{:x}", order.number) == number {
            true => Ok(order),
            false => Err("what this rank is to do is another one's".to_owned()),
        }
    }

    /// The board.
    pub(super) fn board(&self) -> io::Result<Board> {
        let file = File::options().read(true).write(true).open(&self.board)?;
        Board::attach(file.into(), self.spec)
    }
}

/// A file of this process, by a path that leads others to it.
fn own_file(file: &impl std::os::fd::AsFd) -> PathBuf {
    PathBuf::from(format!("/proc/{}/fd/{}", std::process::id(), file.as_fd().as_raw_fd()))
}
