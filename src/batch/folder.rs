//! The folder of a job, in which is all that it takes to come back to it: what it runs, its script, and what it leaves.
//!
//! ```text
//! jobs/4711 ─▶ files/numbers-x7Kq2B     the number is known only when the script has been sent
//! jobs/files/numbers-x7Kq2B/ job.json  scenario.toml  script.sh  journal.jsonl  report.json  output.txt
//! ```
//! Nothing is removed here, and what others may have written is read with suspicion.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::job_id::JobId;
use super::request::JobName;
use crate::foreign::{escaped, json, name};
use crate::system::files::{ReadError, read_regular};

/// What the file of a job says it is.
const FORMAT: &str = "parlab.job";
/// Grows when older programs can no longer read it.
const MAJOR: u32 = 1;
/// The largest file of a job that is read, in bytes.
const JOB_FILE_MAX: u64 = 1 << 20;

/// What is kept of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobFile {
    format: String,
    major: u32,
    /// Its number.
    pub id: u32,
    /// The batch system that has it, by its name.
    pub system: String,
    /// What it is of, for people.
    pub title: String,
    /// When it was sent: RFC 3339, UTC.
    pub submitted_at: String,
    /// How many jobs of an array; `None` for a single one.
    #[serde(default)]
    pub array: Option<u32>,
}

impl JobFile {
    /// A job that was sent.
    pub fn new(id: JobId, system: &str, title: String, submitted_at: String, array: Option<u32>) -> Self {
        let (format, system) = (FORMAT.to_owned(), system.to_owned());
        Self { format, major: MAJOR, id: id.get(), system, title, submitted_at, array }
    }
}

/// The folder of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobFolder {
    root: PathBuf,
    path: PathBuf,
}

/// A job's folder could not be made or found.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is none.
    #[error("job {id} was not sent by parlab submit --go from here: there is no {}", name(path))]
    NotFound {
        /// The job.
        id: JobId,
        /// Where its folder would be.
        path: PathBuf,
    },
    /// A file or folder cannot be written or read.
    #[error("{}: {cause}", name(path))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The file of a job cannot be read.
    #[error("{}: {cause}", name(path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: ReadError,
    },
    /// The file of a job is none.
    #[error("{}: is not the file of a job: {why}", name(path))]
    NotAJob {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

impl JobFolder {
    /// Makes one below a folder, which is made as well; only this user may read it.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn create(root: &Path, job: &JobName) -> Result<Self, FolderError> {
        let files = root.join("files");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&files).map_err(|cause| io_error(&files, cause))?;
        let prefix = format!("{}-", JobName::of(&job.as_str().replace('/', "-")));
        let private = fs::Permissions::from_mode(0o700);
        let made = tempfile::Builder::new().prefix(&prefix).permissions(private).tempdir_in(&files);
        let path = made.map_err(|cause| io_error(&files, cause))?.keep();
        // Where a relative path leads is decided here and now.
        let path = path.canonicalize().map_err(|cause| io_error(&path, cause))?;
        Ok(Self { root: root.to_owned(), path })
    }

    /// The folder of a job that was sent before, with what is kept of it.
    ///
    /// # Errors
    /// When there is none, or it is not understood.
    pub fn open(root: &Path, id: JobId) -> Result<(Self, JobFile), FolderError> {
        let link = root.join(id.to_string());
        let path = link.canonicalize().map_err(|cause| match cause.kind() {
            io::ErrorKind::NotFound => FolderError::NotFound { id, path: link.clone() },
            _ => FolderError::Io { path: link.clone(), cause },
        })?;
        let folder = Self { root: root.to_owned(), path };
        let file = folder.file("job.json");
        let bytes =
            read_regular(&file, JOB_FILE_MAX).map_err(|cause| FolderError::Unreadable { path: file.clone(), cause })?;
        let none = |why: String| FolderError::NotAJob { path: file.clone(), why };
        let job: JobFile =
            serde_json::from_slice(&bytes).map_err(|why| none(escaped(&why.to_string()).into_owned()))?;
        match (job.format.as_str(), job.major) {
            (FORMAT, MAJOR) if job.id == id.get() => Ok((folder, job)),
            (FORMAT, MAJOR) => Err(none(format!("it is of job {}", job.id))),
            (FORMAT, major) => Err(none(format!("it is of version {major}, and this parlab reads version {MAJOR}"))),
            _ => Err(none(format!("it does not say \"{FORMAT}\""))),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a new file into it.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn write(&self, file: &str, text: &str) -> Result<PathBuf, FolderError> {
        let path = self.file(file);
        let mut options = fs::OpenOptions::new();
        let opened = options.write(true).create_new(true).mode(0o600).open(&path);
        let written = opened.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
        written.map(|()| path.clone()).map_err(|cause| FolderError::Io { path, cause })
    }

    /// Keeps what is known of the job that was sent, and has it found by its number: systems begin to count anew at times,
    /// and then the newest job is meant.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn keep(&self, job: &JobFile) -> Result<(), FolderError> {
        let text = json(job).unwrap_or_default();
        self.write("job.json", &format!("{text}\n"))?;
        let link = self.root.join(job.id.to_string());
        let new = self.root.join(format!(".{}-{}", job.id, std::process::id()));
        let target = Path::new("files").join(self.path.file_name().unwrap_or_default());
        let linked = symlink(target, &new).and_then(|()| fs::rename(&new, &link));
        linked.map_err(|cause| FolderError::Io { path: link, cause })
    }

    /// Takes a folder away that is of no job: its script was not taken.
    pub fn discard(self) {
        // What cannot be removed does no harm.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn io_error(path: &Path, cause: io::Error) -> FolderError {
    FolderError::Io { path: path.to_owned(), cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u32) -> JobId {
        number.to_string().parse().unwrap()
    }

    fn job(number: u32) -> JobFile {
        JobFile::new(id(number), "slurm", "Numbers".to_owned(), "2026-01-02T03:04:05Z".to_owned(), None)
    }

    #[test]
    fn a_job_is_found_by_its_number_and_the_newest_of_those_with_the_same() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().join("parlab/jobs");
        let first = JobFolder::create(&root, &JobName::of("../numbers")).unwrap();
        first.write("script.sh", "true\n").unwrap();
        first.keep(&job(12)).unwrap();
        assert_eq!(JobFolder::open(&root, id(12)).unwrap(), (first.clone(), job(12)));
        assert!(first.path().starts_with(root.canonicalize().unwrap().join("files")), "{first:?}");
        assert_eq!(fs::metadata(first.path()).unwrap().permissions().mode() & 0o777, 0o700);
        let second = JobFolder::create(&root, &JobName::of("numbers")).unwrap();
        second.keep(&job(12)).unwrap();
        assert_eq!(JobFolder::open(&root, id(12)).unwrap().0, second);
        assert_eq!(fs::read_to_string(first.file("script.sh")).unwrap(), "true\n", "the other's files stay");
        assert!(second.write("job.json", "").is_err(), "nothing is written over");
        second.clone().discard();
        assert!(!second.path().exists());
    }

    #[test]
    fn what_is_no_job_is_refused_with_the_reason() {
        let root = tempfile::tempdir().unwrap();
        let refused = |number: u32| JobFolder::open(root.path(), id(number)).unwrap_err().to_string();
        assert!(refused(7).starts_with("job 7 was not sent by parlab submit --go from here"), "{}", refused(7));
        let folder = JobFolder::create(root.path(), &JobName::of("x")).unwrap();
        folder.keep(&job(8)).unwrap();
        for (content, says) in [
            ("{}", "not the file of a job"),
            ("\u{1b}", "not the file of a job"),
            (
                "{\"format\":\"x\",\"major\":1,\"id\":8,\"system\":\"\",\"title\":\"\",\"submitted_at\":\"\"}",
                "does not say",
            ),
            (
                "{\"format\":\"parlab.job\",\"major\":2,\"id\":8,\"system\":\"\",\"title\":\"\",\"submitted_at\":\"\"}",
                "version 2",
            ),
            (
                "{\"format\":\"parlab.job\",\"major\":1,\"id\":9,\"system\":\"\",\"title\":\"\",\"submitted_at\":\"\"}",
                "of job 9",
            ),
        ] {
            fs::write(folder.file("job.json"), content).unwrap();
            assert!(refused(8).contains(says) && !refused(8).contains('\u{1b}'), "{}", refused(8));
        }
    }
}
