//! Where an outside board lies, and how other programs find it.
//!
//! It is made, and taken away in the end; what is written there is not looked at.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::net::IpAddr;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::layout::Shape;
use super::socket::{ServedBoard, SocketServer};
use crate::system::memfd;
use crate::system::opened::FirstOpen;
use crate::system::outside_memory::OutsideMemory;
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
    /// Connections to an address of this machine, for programs that share no memory with it.
    Socket(IpAddr),
}

/// A board's memory, all zero, and its address.
pub(super) struct BoardPlace {
    bytes: Bytes,
    /// What programs are told.
    pub(super) address: String,
    /// Until a program has opened it: before that there is nothing to be seen. `None` since then, and where that is not told.
    pub(super) first_open: Option<FirstOpen>,
    /// What is there as long as the board is.
    _kept: KeptOpen,
}

enum Bytes {
    Shared(OutsideMemory),
    Served(Arc<ServedBoard>),
}

/// Closed, removed or stopped with the board.
enum KeptOpen {
    /// Programs open it through this process.
    File(#[expect(dead_code, reason = "it is kept open")] File),
    Name(#[expect(dead_code, reason = "it is removed with this")] Removed),
    Server(#[expect(dead_code, reason = "it is stopped with this")] SocketServer),
}

impl BoardPlace {
    /// Makes the memory of a board.
    pub(super) fn open(medium: Medium, shape: Shape) -> io::Result<Self> {
        match medium {
            Medium::Memory => Self::in_memory(shape),
            Medium::File => Self::in_file(shape),
            Medium::Socket(host) => {
                let server = SocketServer::start(host, shape)?;
                let (bytes, address) = (Bytes::Served(server.shared.clone()), server.address.clone());
                Ok(Self { bytes, address, first_open: None, _kept: KeptOpen::Server(server) })
            }
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
        let first_open = FirstOpen::of(Path::new(&address)).ok();
        Ok(Self { bytes: Bytes::Shared(memory), address, first_open, _kept: KeptOpen::File(file) })
    }

    fn in_file(shape: Shape) -> io::Result<Self> {
        let address = format!("/dev/shm/parlab-{}", Secret::new()?.word());
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&address)?;
        let name = Removed(PathBuf::from(&address));
        file.set_len(shape.bytes() as u64)?;
        let first_open = FirstOpen::of(Path::new(&address)).ok();
        let bytes = Bytes::Shared(OutsideMemory::File(file));
        Ok(Self { bytes, address, first_open, _kept: KeptOpen::Name(name) })
    }

    /// The memory.
    pub(super) fn memory(&self) -> &OutsideMemory {
        match &self.bytes {
            Bytes::Shared(memory) => memory,
            Bytes::Served(shared) => &shared.memory,
        }
    }

    /// What the server knows, where there is one.
    pub(super) fn served(&self) -> Option<&ServedBoard> {
        match &self.bytes {
            Bytes::Shared(_) => None,
            Bytes::Served(shared) => Some(shared),
        }
    }
}

/// A file that is removed with this.
struct Removed(PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
