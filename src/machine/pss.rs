//! How much memory a process takes up when pages that several share are split among them: its proportional set size.
//!
//! The kernel walks through all pages of the process to find out, so callers should not ask often.

use std::io;
use std::path::Path;

use super::status_file::StatusFile;

/// The proportional set size of a process in bytes; `None` if it is gone, or if the kernel does not tell.
pub fn pss_bytes(pid: u32) -> Option<u64> {
    pss_of(&Path::new("/proc").join(pid.to_string()))
}

/// The process that a thread belongs to; `None` if there is no such thread.
pub fn process_of(thread: u32) -> Option<u32> {
    StatusFile::of(&Path::new("/proc").join(thread.to_string())).ok()?.number("Tgid:")
}

/// `smaps_rollup` is the sum of all of `smaps`, and there from Linux 4.14 on.
pub(super) fn pss_of(process: &Path) -> Option<u64> {
    let text = match std::fs::read_to_string(process.join("smaps_rollup")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => std::fs::read_to_string(process.join("smaps")).ok()?,
        text => text.ok()?,
    };
    let kib =
        text.lines().filter_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.map(|kib| kib * 1024).reduce(|sum, next| sum + next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_kernels_tell_it_mapping_by_mapping() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        assert_eq!(pss_of(folder.path()), None);
        write("smaps", "Rss: 9 kB\nPss:      3 kB\nPss_Anon: 5 kB\nVmFlags: rd\nPss:  40 kB\nSwapPss: 7 kB\n");
        assert_eq!(pss_of(folder.path()), Some(43 * 1024));
        write("smaps_rollup", "Rss: 9 kB\nPss:     42 kB\nPss_Dirty: 5 kB\n");
        assert_eq!(pss_of(folder.path()), Some(42 * 1024));
        write("smaps_rollup", "");
        assert_eq!(pss_of(folder.path()), None, "what is not told is not 0");
    }

    #[test]
    fn memory_that_is_used_counts() {
        let me = std::process::id();
        assert_eq!(process_of(me), Some(me));
        let Some(before) = pss_bytes(me) else { return };
        let block = std::hint::black_box(vec![1_u8; 64 << 20]);
        let after = pss_bytes(me).unwrap();
        assert!(after > before + (block.len() as u64) / 2, "{before} and {after} bytes");
        assert_eq!(pss_bytes(u32::MAX), None);
    }
}
