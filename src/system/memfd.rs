//! Memory with a descriptor, for several processes to map, of a size that no process can change.
//!
//! One that may open a process's descriptors (`/proc/PID/fd`) could cut the memory short, and a process that touches what
//! is missing is killed by SIGBUS. Sealed, it has its size for good.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};

/// So many bytes of memory, all zero and not to be had from the name, which is for lists of open files.
///
/// # Errors
/// When the kernel has no memory for it.
pub fn of_size(name: &str, bytes: u64) -> io::Result<OwnedFd> {
    let memory = File::from(create(name)?);
    memory.set_len(bytes)?;
    seal(&memory);
    Ok(memory.into())
}

/// Kernels and sandboxes that know no seals call the wish for them invalid.
fn create(name: &str) -> nix::Result<OwnedFd> {
    match memfd_create(name, MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING) {
        Err(Errno::EINVAL) => memfd_create(name, MFdFlags::MFD_CLOEXEC),
        created => created,
    }
}

/// Forbids for good to change the size, and to seal anything else, such as writing. Where that cannot be, memory can
/// still be shared.
fn seal(memory: &File) {
    let seals = SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_SEAL;
    let _ = fcntl(memory, FcntlArg::F_ADD_SEALS(seals));
}

/// Whether memory has its size for good.
pub fn is_sealed(memory: &File) -> bool {
    let seals = fcntl(memory, FcntlArg::F_GET_SEALS).map(SealFlag::from_bits_truncate);
    seals.is_ok_and(|seals| seals.contains(SealFlag::F_SEAL_SHRINK))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt as _;

    use super::*;

    #[test]
    fn it_is_written_to_and_keeps_its_size() {
        let memory = File::from(of_size("parlab-test", 8192).unwrap());
        memory.write_all_at(b"written", 8000).unwrap();
        for size in [0, 8191, 8193] {
            assert_eq!(memory.set_len(size).unwrap_err().kind(), io::ErrorKind::PermissionDenied, "{size}");
        }
        assert_eq!(memory.metadata().unwrap().len(), 8192);
        assert!(is_sealed(&memory));
        let writing = fcntl(&memory, FcntlArg::F_ADD_SEALS(SealFlag::F_SEAL_FUTURE_WRITE));
        assert_eq!(writing, Err(Errno::EPERM), "no process can forbid what workers need");
    }

    #[test]
    fn memory_without_seals_is_memory_all_the_same() {
        let memory = File::from(memfd_create("parlab-test", MFdFlags::MFD_CLOEXEC).unwrap());
        memory.set_len(10).unwrap();
        seal(&memory);
        assert!(!is_sealed(&memory));
        memory.set_len(5).expect("it had been sealed against seals");
    }
}
