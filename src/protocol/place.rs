//! Where an outside board lies, and how other programs find it.
//!
//! It is made, and taken away in the end; what is written there is not looked at.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use super::layout::Shape;
use super::memory::OutsideMemory;
use crate::system::memfd;
use crate::system::secret::Secret;

/// The environment variable that tells programs where the board is.
pub const BOARD_VARIABLE: &str = "PARLAB_BOARD";

/// Where other programs find the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Medium {
    /// Memory of this process, which programs of the same user find below `/proc`.
    #[default]
    Memory,
    /// A file in `/dev/shm`, for programs that do not see this process; removed with the board.
    File,
}

/// A board's memory, all zero, and its address.
pub(super) struct BoardPlace {
    /// The memory.
    pub(super) memory: OutsideMemory,
    /// What programs are told.
    pub(super) address: String,
    /// Kept open, since programs open it through this process.
    _file: File,
    _name: Option<Removed>,
}

impl BoardPlace {
    /// Makes the memory of a board.
    pub(super) fn open(medium: Medium, shape: Shape) -> io::Result<Self> {
        match medium {
            Medium::Memory => Self::in_memory(shape),
            Medium::File => Self::in_file(shape),
        }
    }

    fn in_memory(shape: Shape) -> io::Result<Self> {
        let file = File::from(memfd::of_size("parlab-outside", shape.bytes() as u64)?);
        // Unsealed, it can be cut short: it is read as a file is then.
        let memory = match memfd::is_sealed(&file) {
            true => OutsideMemory::map(&file, shape.bytes())?,
            false => OutsideMemory::File(file.try_clone()?),
        };
        let address = format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd());
        Ok(Self { memory, address, _file: file, _name: None })
    }

    fn in_file(shape: Shape) -> io::Result<Self> {
        let address = format!("/dev/shm/parlab-{}", Secret::new()?.word());
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&address)?;
        let name = Removed(PathBuf::from(&address));
        file.set_len(shape.bytes() as u64)?;
        Ok(Self { memory: OutsideMemory::File(file.try_clone()?), address, _file: file, _name: Some(name) })
    }
}

/// A file that is removed with this.
struct Removed(PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
