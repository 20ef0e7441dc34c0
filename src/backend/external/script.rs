//! The file that a program's command names as `{script}`: where it lies, or one that is bundled, written down.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::backend::pool::Broken;
use crate::scenario::{Job, data, data_path};
use crate::system::xdg;
use crate::workload::program_script;

/// A bundled file that was written down; it goes when this is dropped.
#[derive(Debug)]
struct ScriptCopy {
    /// What it is called in the job.
    file: String,
    path: PathBuf,
    _folder: TempDir,
}

/// Where the script of a run is.
#[derive(Debug, Default)]
pub(super) struct ScriptPlace {
    written: Option<ScriptCopy>,
}

impl ScriptPlace {
    /// Where a job's script is; nowhere if it names none.
    ///
    /// # Errors
    /// When a bundled one cannot be written down.
    pub(super) fn of(&mut self, job: &Job) -> Result<PathBuf, Broken> {
        let Some(file) = program_script(job) else { return Ok(PathBuf::new()) };
        if let Some(path) = data_path(file) {
            return Ok(path.to_owned());
        }
        if let Some(written) = self.written.as_ref().filter(|written| written.file == file) {
            return Ok(written.path.clone());
        }
        let text = data(file).map_err(|problem| Broken(problem.to_string()))?;
        let name = file.rsplit(':').next().unwrap_or_default();
        let refused = |error| Broken(format!("cannot write down {}: {error}", crate::foreign::escaped(name)));
        let (folder, path) = write(name, &text).map_err(refused)?;
        self.written = Some(ScriptCopy { file: file.to_owned(), path: path.clone(), _folder: folder });
        Ok(path)
    }
}

/// Writes a file to a private folder of its own.
fn write(name: &str, text: &str) -> io::Result<(TempDir, PathBuf)> {
    let parents = [xdg::variable("XDG_RUNTIME_DIR").filter(|path| path.is_dir()), Some(std::env::temp_dir())];
    let mut failed = io::Error::other("there is no folder for temporary files");
    for parent in parents.into_iter().flatten() {
        match write_in(&parent, name, text) {
            Ok(written) => return Ok(written),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

fn write_in(parent: &Path, name: &str, text: &str) -> io::Result<(TempDir, PathBuf)> {
    let private = Permissions::from_mode(0o700);
    let folder = tempfile::Builder::new().prefix("parlab-script-").permissions(private).tempdir_in(parent)?;
    let path = folder.path().join(name);
    fs::write(&path, text)?;
    Ok((folder, path))
}
