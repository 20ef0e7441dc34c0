//! Reading files: what is none, what may not be read, what is too much, and that none of it makes anybody wait.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use nix::sys::stat::Mode;
use parlab::scenario::{MAX_BYTES, read};
use tempfile::TempDir;

use crate::common::AT_ONCE;

/// A folder with one thing in it, and what reading that says.
fn said(make: impl FnOnce(&Path)) -> String {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.toml");
    make(&path);
    let before = Instant::now();
    let answer = read(&path);
    // What would wait, would wait for ever.
    assert!(before.elapsed() < AT_ONCE, "it took {:?}", before.elapsed());
    match answer {
        Ok(text) => format!("{} bytes", text.len()),
        Err(problem) => problem.to_string().replace(folder.path().to_str().unwrap(), ""),
    }
}

#[test]
fn a_file_is_read_whole() {
    let text = "title = \"ü\"\n".repeat(100);
    assert_eq!(said(|path| fs::write(path, &text).unwrap()), "1300 bytes");
    assert_eq!(said(|path| fs::write(path, "").unwrap()), "0 bytes");
}

#[test]
fn what_is_not_there_is_not_there() {
    assert_eq!(said(|_| {}), "/x.toml: there is no such file");
    assert_eq!(said(|path| std::os::unix::fs::symlink("gone", path).unwrap()), "/x.toml: there is no such file");
    let through_a_file = read(Path::new("/etc/passwd/x.toml")).unwrap_err().to_string();
    assert_eq!(through_a_file, "/etc/passwd/x.toml: a part of its path is a file, not a folder");
}

#[test]
fn a_folder_is_not_a_scenario() {
    assert_eq!(said(|path| fs::create_dir(path).unwrap()), "/x.toml: is a folder; name a scenario file in it");
}

#[test]
fn a_pipe_without_a_writer_does_not_hang() {
    let pipe = said(|path| nix::unistd::mkfifo(path, Mode::S_IRWXU).unwrap());
    assert_eq!(pipe, "/x.toml: is a pipe; a scenario must be a regular file");
}

#[test]
fn devices_and_sockets_are_left_alone() {
    for device in ["/dev/zero", "/dev/null", "/dev/tty"] {
        let device = read(Path::new(device)).unwrap_err();
        assert_eq!(device.message, "is a device; a scenario must be a regular file");
    }
    let socket = said(|path| drop(std::os::unix::net::UnixListener::bind(path).unwrap()));
    assert_eq!(socket, "/x.toml: is a socket; a scenario must be a regular file");
}

#[test]
fn a_loop_of_links_is_told() {
    let looped = said(|path| std::os::unix::fs::symlink(path, path).unwrap());
    assert!(looped.starts_with("/x.toml: cannot be read: "), "{looped}");
}

#[test]
fn a_gigabyte_is_refused_unread() {
    let sparse = said(|path| File::create(path).unwrap().set_len(1 << 30).unwrap());
    assert_eq!(sparse, "/x.toml: is larger than 1.00 MiB, the most a scenario may be");
}

#[test]
fn the_limit_itself_is_allowed_and_one_byte_more_is_not() {
    let filled = |bytes: u64| said(|path| fs::write(path, vec![b' '; bytes as usize]).unwrap());
    assert_eq!(filled(MAX_BYTES), "1048576 bytes");
    assert_eq!(filled(MAX_BYTES + 1), "/x.toml: is larger than 1.00 MiB, the most a scenario may be");
}

#[test]
fn a_file_that_says_it_is_empty_is_not_believed() {
    // Files under /proc have length 0 whatever they hold.
    assert!(read(Path::new("/proc/self/status")).unwrap().contains("VmRSS"));
}

#[test]
fn the_line_that_is_no_utf8_is_told() {
    let latin1 = said(|path| fs::write(path, b"title = 't'\nsummary = 'caf\xe9'\n").unwrap());
    assert_eq!(latin1, "/x.toml:2: byte 0xe9 is not valid UTF-8; save the file as UTF-8");
    let cut = said(|path| fs::write(path, b"title = '\xe2\x82").unwrap());
    assert_eq!(cut, "/x.toml:1: byte 0xe2 is not valid UTF-8; save the file as UTF-8");
}

#[test]
fn a_file_that_may_not_be_read_is_told() {
    if nix::unistd::geteuid().is_root() {
        eprintln!("skipped: root may read everything");
        return;
    }
    let locked = said(|path| {
        fs::write(path, "x").unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
    });
    assert_eq!(locked, "/x.toml: you may not read it; ask its owner for read permission");
}

#[test]
fn hostile_names_are_escaped() {
    let problem = read(&PathBuf::from("/nowhere/\u{1b}[2J\u{202e}.toml")).unwrap_err();
    assert_eq!(problem.to_string(), "/nowhere/\\u{1b}[2J\\u{202e}.toml: there is no such file");
}
