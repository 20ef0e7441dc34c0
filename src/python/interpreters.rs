//! Which Python there is, and with which packages: asked of the interpreter itself, in one quick run.
//!
//! What is missing is told with what to install. Nothing is imported but metadata, so a package that is installed and
//! broken counts as there.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;

use crate::foreign::{name, printable};
use crate::protocol::BOARD_VARIABLE;
use crate::system::process::{ChildGroup, ending};

/// What is asked where nothing is said.
const USUAL: &str = "python3";
/// The oldest version that is watched.
const OLDEST: (u16, u16) = (3, 8);
/// What is asked about, by the names by which it is installed, and how it is imported where that differs.
const PACKAGES: [(&str, &str); 5] = [
    ("numpy", "numpy"),
    ("joblib", "joblib"),
    ("scikit-learn", "sklearn"),
    ("distributed", "distributed"),
    ("dask", "dask"),
];
const QUESTION: &str = include_str!("ask.py");
const MARK: &[u8] = b"parlab:";
/// An interpreter on a busy network drive takes seconds.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes of an answer; whatever a site prints at its start comes before it.
const LONGEST: u64 = 1 << 16;

/// What an interpreter says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PythonFacts {
    /// Its own path, as it knows it.
    pub executable: PathBuf,
    /// `cpython`, `pypy`, …
    pub implementation: String,
    /// Major, minor, micro.
    pub version: (u16, u16, u16),
    /// Whether it was built to run without a lock of the interpreter.
    pub free_threaded: bool,
    /// Versions of the packages that are installed for it, by name, of those that it was asked about: numpy, joblib,
    /// scikit-learn, dask, distributed and more. That of one that is there without having been installed is empty.
    packages: BTreeMap<String, String>,
}

/// An interpreter that can be watched, and how it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// As given: a path, or a name that is looked up in PATH.
    pub program: PathBuf,
    /// What it says of itself.
    pub facts: PythonFacts,
    /// Packages that it was asked about besides the usual ones.
    asked: Vec<String>,
}

/// Why there is no Python to run something with, and what to do about it.
#[derive(Debug, Error)]
pub enum Missing {
    /// There is no such program.
    #[error("there is no {}; install Python 3.8 or later (Debian: apt install python3), or name another", name(.0))]
    Interpreter(PathBuf),
    /// It cannot be run.
    #[error("cannot run {}", name(.0))]
    Broken(PathBuf, #[source] io::Error),
    /// It does not say what it is.
    #[error("{} does not tell which Python it is: it {how}; name another interpreter", name(.program))]
    Mute {
        /// The interpreter.
        program: PathBuf,
        /// What it does instead, as a clause.
        how: String,
    },
    /// It is older than what can be watched.
    #[error("{} is Python {version}, and 3.8 or later is needed; install one, or name another", name(.program))]
    TooOld {
        /// The interpreter.
        program: PathBuf,
        /// Its version.
        version: String,
    },
    /// Packages are not installed for it.
    #[error("{0} (Python {version}) has no {1}; {0} -m pip install {2}", name(.program), .packages.join(", no "), .packages.join(" "))]
    Packages {
        /// The interpreter.
        program: PathBuf,
        /// Its version.
        version: String,
        /// The names by which they are installed.
        packages: Vec<String>,
    },
}

/// Asks an interpreter what it is: the one that is named, otherwise `python3`. It takes as long as an interpreter needs
/// to start, some 30 ms.
///
/// # Errors
/// [`Missing`] when there is none, when it does not answer within 20 s, or when it is older than 3.8.
pub fn find(program: Option<&Path>) -> Result<Found, Missing> {
    find_within(PATIENCE, program.unwrap_or(Path::new(USUAL)), Vec::new())
}

/// The same for an interpreter that is asked about packages of other names, too, besides those that were asked about `before`.
///
/// # Errors
/// As [`find`].
pub fn find_with(program: &Path, before: Option<&Found>, packages: &[&str]) -> Result<Found, Missing> {
    let mut asked = before.map_or_else(Vec::new, |found| found.asked.clone());
    let new = packages.iter().filter(|name| !is_usual(name) && !asked.iter().any(|known| known == *name));
    let new: Vec<String> = new.map(|name| (*name).to_owned()).collect();
    asked.extend(new);
    find_within(PATIENCE, program, asked)
}

fn find_within(patience: Duration, program: &Path, asked: Vec<String>) -> Result<Found, Missing> {
    let facts = answer(patience, program, &asked)?;
    if (facts.version.0, facts.version.1) < OLDEST {
        return Err(Missing::TooOld { program: program.to_owned(), version: facts.version_text() });
    }
    Ok(Found { program: program.to_owned(), facts, asked })
}

impl Found {
    /// Whether it was asked about all of these packages.
    pub fn knows_of(&self, packages: &[&str]) -> bool {
        packages.iter().all(|name| is_usual(name) || self.asked.iter().any(|asked| asked == name))
    }

    /// Whether packages are installed, by the names by which they are installed or imported: `scikit-learn` or
    /// `sklearn`.
    ///
    /// # Errors
    /// [`Missing::Packages`] with all that are not.
    pub fn need(&self, packages: &[&str]) -> Result<(), Missing> {
        let mut missing: Vec<String> = Vec::new();
        for name in packages.iter().map(|name| installed_as(name)) {
            if self.facts.package(name).is_none() && !missing.iter().any(|known| known == name) {
                missing.push(name.to_owned());
            }
        }
        match missing.is_empty() {
            true => Ok(()),
            false => Err(Missing::Packages {
                program: self.program.clone(),
                version: self.facts.version_text(),
                packages: missing,
            }),
        }
    }
}

impl PythonFacts {
    /// The version of a package, by the name by which it is installed or imported; `None` if it is not installed or
    /// none of those that are asked about.
    pub fn package(&self, name: &str) -> Option<&str> {
        self.packages.get(installed_as(name)).map(String::as_str)
    }

    fn version_text(&self) -> String {
        format!("{}.{}.{}", self.version.0, self.version.1, self.version.2)
    }
}

impl fmt::Display for PythonFacts {
    /// `CPython 3.13.0, free-threaded, with numpy 2.1.0 and joblib 1.4.2`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let implementation = match self.implementation.as_str() {
            "cpython" => "CPython",
            other => &printable(other),
        };
        write!(f, "{implementation} {}", self.version_text())?;
        if self.free_threaded {
            f.write_str(", free-threaded")?;
        }
        for (at, (name, version)) in self.packages.iter().enumerate() {
            write!(f, "{}{} {}", if at == 0 { ", with " } else { ", " }, printable(name), printable(version))?;
        }
        Ok(())
    }
}

fn installed_as(name: &str) -> &str {
    PACKAGES.iter().find(|(_, imported)| *imported == name).map_or(name, |(installed, _)| installed)
}

/// Whether every interpreter is asked about a package.
fn is_usual(name: &str) -> bool {
    PACKAGES.iter().any(|(installed, imported)| [*installed, *imported].contains(&name))
}

fn answer(patience: Duration, program: &Path, asked: &[String]) -> Result<PythonFacts, Missing> {
    let (said, status) = ask(patience, program, asked).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Missing::Interpreter(program.to_owned()),
        _ => Missing::Broken(program.to_owned(), error),
    })?;
    let mute = |how| Missing::Mute { program: program.to_owned(), how };
    let said = said.ok_or_else(|| mute(format!("says nothing within {} s", patience.as_secs_f64())))?;
    let answer =
        said.rsplit(|&byte| byte == b'\n').find_map(|line| serde_json::from_slice(line.strip_prefix(MARK)?).ok());
    answer.ok_or_else(|| mute(status))
}

/// What it prints, `None` if it takes too long, and how it ended. It is not watched itself.
fn ask(patience: Duration, program: &Path, asked: &[String]) -> io::Result<(Option<Vec<u8>>, String)> {
    let mut command = Command::new(program);
    command.arg("-c").arg(QUESTION).args(PACKAGES.map(|(installed, _)| OsStr::new(installed))).args(asked);
    command.env_remove(BOARD_VARIABLE).stdin(Stdio::null()).stderr(Stdio::null());
    let (reader, writer) = io::pipe()?;
    command.stdout(writer);
    let mut child = ChildGroup::start(&mut command)?;
    drop(command);
    let (sender, receiver) = mpsc::channel();
    // It ends with the last process of the group, which is killed below.
    thread::spawn(move || {
        let mut said = Vec::new();
        let read = reader.take(LONGEST).read_to_end(&mut said);
        let _ = sender.send(read.map(|_| said));
    });
    let said = receiver.recv_timeout(patience).ok().transpose()?;
    Ok((said, ending(&child.end())))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use tempfile::TempDir;

    use super::*;

    const ANSWER: &str = r#"parlab:{"executable": "/x/python", "implementation": "cpython", "version": [3, 9, 1],
        "free_threaded": false, "packages": {"joblib": "1.0.1", "scikit-learn": "1.0.2"}}"#;

    /// What a shell script is taken for.
    fn of(script: &str) -> Result<Found, Missing> {
        let folder = TempDir::new().unwrap();
        let program = folder.path().join("python");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, Permissions::from_mode(0o700)).unwrap();
        let patience = if script.contains("sleep") { Duration::from_millis(50) } else { PATIENCE };
        find_within(patience, &program, Vec::new())
    }

    fn message(found: Result<Found, Missing>) -> String {
        let told = found.unwrap_err().to_string();
        told.replace(|c: char| c.is_ascii_digit(), "9")
    }

    #[test]
    fn what_an_interpreter_says_is_found_among_what_its_site_prints() {
        let answer = ANSWER.replace('\n', "");
        let found = of(&format!("echo 'a site that talks'; echo '{answer}'; echo 'and ends'")).unwrap();
        assert_eq!(found.facts.to_string(), "CPython 3.9.1, with joblib 1.0.1, scikit-learn 1.0.2");
        assert_eq!([found.facts.package("sklearn"), found.facts.package("numpy")], [Some("1.0.2"), None]);
        assert!(found.need(&["sklearn", "joblib"]).is_ok());
        let told = found.need(&["numpy", "sklearn", "distributed"]).unwrap_err().to_string();
        assert!(told.contains("(Python 3.9.1) has no numpy, no distributed; "), "{told}");
        assert!(told.ends_with("python -m pip install numpy distributed"), "{told}");
    }

    #[test]
    fn what_is_missing_is_told_with_a_remedy() {
        let told = message(find(Some(Path::new("/nowhere/python9"))));
        assert!(told.starts_with("there is no /nowhere/python9; install Python"), "{told}");
        let told = message(of(&ANSWER
            .replace('\n', "")
            .replace("3, 9", "3, 7")
            .replace("parlab:", "echo 'parlab:")
            .replace("}}", "}}'")));
        assert!(told.contains(" is Python 9.9.9, and 9.9 or later is needed"), "{told}");
        let told = message(of("exit 3"));
        assert!(told.contains("does not tell which Python it is: it ended (exit status: 9); name"), "{told}");
        let told = message(of("echo 'parlab:{}'"));
        assert!(told.contains("it ended (exit status: 9)"), "{told}");
        let told = message(of("sleep 60"));
        assert!(told.contains("it says nothing within 9.99 s"), "{told}");
    }
}
