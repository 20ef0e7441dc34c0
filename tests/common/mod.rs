//! What the tests of the whole program share: the binary, a folder to work in, a real terminal to run it in.

#![allow(dead_code, reason = "each test file uses a part of this")]
#![allow(unreachable_pub, reason = "`pub` says what test files may use")]

pub mod disk;
pub mod locked;
pub mod running;
pub mod sshd;
pub mod terminal;
pub mod traced;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// Long enough for anything on a slow and busy machine; nothing is asserted about how long things take.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// What must be over at once is, within this: far beyond what it takes, and far less than what a hang would.
pub const AT_ONCE: Duration = Duration::from_secs(10);

/// The program under test.
pub fn parlab() -> Command {
    let mut command = Command::new(binary());
    command.env_remove("NO_COLOR").env("LC_ALL", "C.UTF-8").env("XDG_CONFIG_HOME", "/nonexistent");
    command.envs(UNDISTURBED);
    command
}

/// No folder can be made there, so that nothing that a test runs is remembered; and however busy the machine is, a test
/// gets the trials that it planned, and no warning of the others.
pub const UNDISTURBED: [(&str, &str); 2] = [("XDG_STATE_HOME", "/dev/null"), ("PARLAB_NOISE", "keep")];

/// Where the program under test is: the one just built, unless `PARLAB` names another to strike at.
pub fn binary() -> PathBuf {
    std::env::var_os("PARLAB").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_parlab")), PathBuf::from)
}

/// A folder of its own for a test, gone afterwards.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Writes a scenario into a folder.
pub fn scenario(folder: &Path, name: &str, toml: &str) -> PathBuf {
    let path = folder.join(format!("{name}.toml"));
    std::fs::write(&path, toml).expect("a scenario file");
    path
}

/// Writes a scenario for which no title was thought up.
pub fn untitled(folder: &Path, toml: &str) -> PathBuf {
    scenario(folder, "case", &format!("title = \"Case\"\n{toml}"))
}

/// Standard output as text.
pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Standard error as text.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs `parlab run` on an untitled scenario to its end, and gives its report, its exit code and standard error.
pub fn report(toml: &str, options: &[&str]) -> (serde_json::Value, i32, String) {
    let folder = folder();
    let path = untitled(folder.path(), toml);
    let output =
        parlab().args(["run", "--quiet", "--format", "json"]).arg(path).args(options).output().expect("parlab");
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("no report: {error}\n{}\n{}", stdout(&output), stderr(&output)));
    (report, output.status.code().unwrap_or(-1), stderr(&output))
}

/// Waits until something holds, or fails the test saying what it waited for.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < until, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Whether a tool is there. Without it a test is skipped.
pub fn have(tool: &str) -> bool {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .chain([PathBuf::from("/usr/sbin")])
        .any(|folder| folder.join(tool).is_file());
    if !found {
        skip(&format!("it needs {tool}"));
    }
    found
}

/// Whether a shell's `env` can start a program with a signal ignored. Without one a test is skipped.
pub fn can_ignore(signal: &str) -> bool {
    let ignore = format!("--ignore-signal={signal}");
    let can = Command::new("env").args([&ignore, "true"]).output().is_ok_and(|output| output.status.success());
    if !can {
        skip("it needs an env that can ignore signals");
    }
    can
}

/// Says that a test is skipped: audibly, on a developer's machine. In CI nothing may be skipped.
pub fn skip(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "skipped, which CI must not be: {why}");
    eprintln!("SKIPPED: {why}");
}

/// The program for a user without privileges, since nothing is refused to root.
pub struct Unprivileged {
    user: u32,
    /// A copy that everybody may read, wherever the original is.
    folder: tempfile::TempDir,
}

impl Unprivileged {
    /// One for a user number that no other test uses, or the tests would share its limits; `None` without privileges
    /// to give up.
    pub fn new(user: u32) -> Option<Self> {
        use std::os::unix::fs::PermissionsExt as _;
        if !(have("setpriv") && have("prlimit")) {
            return None;
        }
        if !nix::unistd::geteuid().is_root() {
            skip("only root can become another user");
            return None;
        }
        let folder = folder();
        // By a process of its own: a file that another thread's child inherited open for writing cannot be executed.
        let copied = Command::new("cp").arg(binary()).arg(folder.path().join("parlab")).status().expect("cp");
        assert!(copied.success(), "a copy of the program");
        for path in [folder.path().to_owned(), folder.path().join("parlab")] {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
        }
        Some(Self { user, folder })
    }

    /// A command of this user's; arguments are to follow.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("setpriv");
        command.args([&format!("--reuid={}", self.user), &format!("--regid={}", self.user), "--clear-groups"]);
        command.arg(program).envs(UNDISTURBED);
        command
    }

    /// The program under test, for this user.
    pub fn parlab(&self) -> Command {
        self.command(self.binary())
    }

    /// Where the program is that this user may run.
    pub fn binary(&self) -> PathBuf {
        self.folder.path().join("parlab")
    }

    /// The user's number.
    pub fn user(&self) -> u32 {
        self.user
    }
}

/// The processes whose parent, grandparent or older ancestor is `pid`, as `(pid, command name)`.
pub fn descendants(pid: u32) -> Vec<(u32, String)> {
    let all: Vec<(u32, u32, String)> = std::fs::read_dir("/proc")
        .expect("/proc")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid: u32| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
            let mut fields = rest.split_whitespace();
            let (state, parent) = (fields.next()?, fields.next()?.parse().ok()?);
            (state != "Z").then(|| (pid, parent, name.to_owned()))
        })
        .collect();
    let mut found: Vec<(u32, String)> = Vec::new();
    let mut frontier = vec![pid];
    while let Some(parent) = frontier.pop() {
        for (pid, _, name) in all.iter().filter(|(_, of, _)| *of == parent) {
            frontier.push(*pid);
            found.push((*pid, name.clone()));
        }
    }
    found
}

/// Whether a process is alive and no zombie.
pub fn is_alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z')))
}

/// The interpreter of an environment that `.ci/python-envs` made, by its name.
pub fn python_environment(name: &str) -> Option<PathBuf> {
    let python = python_environments().join(name).join("bin/python");
    if python.is_file() {
        return Some(python);
    }
    skip(&format!("{} is missing: run .ci/python-envs", python.display()));
    None
}

fn python_environments() -> PathBuf {
    if let Some(folder) = std::env::var_os("PARLAB_PYTHON_ENVS") {
        return folder.into();
    }
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(|| home().join(".cache"), PathBuf::from);
    cache.join("parlab-ci/python-envs")
}

/// The user's home.
pub fn home() -> PathBuf {
    std::env::var_os("HOME").unwrap_or_default().into()
}
