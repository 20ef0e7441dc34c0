//! The MPIs, and how a program is made and started with each.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::Value;

use crate::common::terminal::{Session, Terminal};
use crate::common::{binary, folder, have, parlab, python_environment, stderr};

/// An MPI, by how its programs are made and started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mpi {
    /// Debian's MPICH.
    Mpich,
    /// Debian's Open MPI.
    Ompi,
    /// MPICH's from Python's index, by the interface that all of MPI 5 have.
    Standard,
}

/// In which language a program is written, by the name of its file.
pub(crate) fn is_fortran(source: &str) -> bool {
    Path::new(source).extension().is_some_and(|extension| extension == "f90")
}

impl Mpi {
    /// What compiles for it; `None` where that is not there, which is said.
    fn compiler(self, source: &str) -> Option<PathBuf> {
        let name = match (self, is_fortran(source)) {
            (Self::Mpich, false) => "mpicc.mpich",
            (Self::Mpich, true) => "mpif90.mpich",
            (Self::Ompi, false) => "mpicc.openmpi",
            (Self::Ompi, true) => "mpif90.openmpi",
            (Self::Standard, _) => return wheel("mpich", "mpicc_abi"),
        };
        have(name).then(|| name.into())
    }

    /// What starts so many ranks with it.
    pub(crate) fn launcher(self, ranks: u32) -> Option<Vec<OsString>> {
        let (launcher, options): (PathBuf, &[&str]) = match self {
            Self::Mpich => ("mpirun.mpich".into(), &[]),
            // There may be fewer CPUs than ranks.
            Self::Ompi => ("mpirun.openmpi".into(), &["--oversubscribe"]),
            Self::Standard => (wheel("mpich", "mpirun")?, &[]),
        };
        let words = options.iter().map(OsString::from).chain(["-n".into(), ranks.to_string().into()]);
        Some([launcher.into_os_string()].into_iter().chain(words).collect())
    }

    /// The command that starts so many ranks of a program of `programs/`, made with it; `None` where something is missing.
    pub(crate) fn command(self, source: &str, arguments: &[&str], ranks: u32) -> Option<Vec<OsString>> {
        let mut command = self.launcher(ranks)?;
        command.push(self.made(source)?.into_os_string());
        command.extend(arguments.iter().map(OsString::from));
        Some(command)
    }

    /// A program made with it, once in the life of these tests.
    fn made(self, source: &str) -> Option<PathBuf> {
        static MADE: LazyLock<(tempfile::TempDir, Mutex<()>)> = LazyLock::new(|| (folder(), Mutex::new(())));
        let (folder, one_at_a_time) = &*MADE;
        let made = folder.path().join(format!("{source}.{self:?}"));
        let _turn = one_at_a_time.lock().unwrap_or_else(PoisonError::into_inner);
        if !made.exists() {
            let source = programs().join(source);
            let mut compiler = Command::new(self.compiler(source.to_str().expect("a path"))?);
            // Fortran writes the descriptions of its modules to where it is.
            compiler.current_dir(folder.path()).args(["-O1", "-pthread", "-o"]).arg(&made).arg(&source);
            let output = compiler.output().expect("a compiler");
            assert!(output.status.success(), "{}", stderr(&output));
        }
        Some(made)
    }
}

/// Where the programs are.
pub(crate) fn programs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mpi/programs")
}

/// A program of an environment with an MPI in it.
pub(crate) fn wheel(environment: &str, program: &str) -> Option<PathBuf> {
    Some(python_environment(environment)?.with_file_name(program))
}

/// The words that begin a command which runs in a network of its own, where nobody else is. Who may make none runs it where it
/// is.
pub(crate) fn apart() -> Vec<OsString> {
    let forms: [&[&str]; 2] = [&["unshare", "--net"], &["unshare", "--map-root-user", "--net"]];
    let may = |form: &&&[&str]| {
        let output = Command::new(form[0]).args(&form[1..]).args(UP).arg("true").output();
        output.is_ok_and(|output| output.status.success())
    };
    match forms.iter().find(may) {
        Some(form) => form.iter().chain(&UP).map(OsString::from).collect(),
        None => vec!["env".into()],
    }
}

/// The words that begin a command which runs in the network of a process that was started so.
pub(crate) fn beside(pid: u32) -> Vec<OsString> {
    let apart = apart();
    let target = ["--target".to_owned(), pid.to_string()];
    let words: &[&str] = match apart.get(1).and_then(|word| word.to_str()) {
        Some("--net") => &["nsenter", "--net"],
        Some("--map-root-user") => &["nsenter", "--user", "--preserve-credentials", "--net"],
        _ => return vec!["env".into()],
    };
    words.iter().map(OsString::from).chain(target.map(OsString::from)).collect()
}

/// Within a network of its own: has a command find this machine there.
const UP: [&str; 4] = ["sh", "-c", "PATH=$PATH:/usr/sbin:/sbin ip link set lo up && exec \"$@\"", "sh"];

/// What Open MPI asks of root.
pub(crate) const AS_ROOT: [(&str, &str); 2] =
    [("OMPI_ALLOW_RUN_AS_ROOT", "1"), ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1")];

/// A run that was watched to its end.
pub(crate) struct Watched {
    pub(crate) output: Output,
    pub(crate) report: Value,
}

impl Watched {
    /// The only configuration.
    pub(crate) fn config(&self) -> &Value {
        &self.report["configs"][0]
    }

    /// What is told of the ranks.
    pub(crate) fn mpi(&self) -> &Value {
        &self.config()["mpi"]
    }

    /// The troubles, in words.
    pub(crate) fn troubles(&self) -> Vec<&str> {
        let troubles = self.mpi()["troubles"].as_array().expect("a list");
        troubles.iter().map(|trouble| trouble["message"].as_str().expect("a message")).collect()
    }
}

/// Runs parlab with these arguments and a command behind them; the report is JSON.
pub(crate) fn report(arguments: &[&str], command: &[OsString]) -> Watched {
    let behind: Vec<OsString> = [OsString::from("--")].into_iter().chain(command.iter().cloned()).collect();
    reported(arguments, &behind, &[])
}

/// Runs parlab with these arguments, and with the Python of an environment; `None` where that is missing.
pub(crate) fn run(arguments: &[&str], environment: &str) -> Option<Watched> {
    let python = wheel(environment, "python")?;
    Some(reported(arguments, &[], &[("PARLAB_PYTHON", python.as_os_str())]))
}

fn reported(arguments: &[&str], behind: &[OsString], variables: &[(&str, &OsStr)]) -> Watched {
    let apart = apart();
    let folder = folder();
    let file = folder.path().join("report.json");
    let mut run = Command::new(&apart[0]);
    let program = parlab();
    run.args(&apart[1..]).arg(program.get_program()).args(arguments).args(["--quiet", "--format", "json", "-o"]);
    run.arg(&file).args(behind).envs(AS_ROOT).envs(variables.iter().copied());
    program.get_envs().for_each(|(name, value)| match value {
        Some(value) => drop(run.env(name, value)),
        None => drop(run.env_remove(name)),
    });
    let output = run.output().expect("parlab");
    let text = std::fs::read(&file).unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)));
    let report = serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)));
    Watched { output, report }
}

/// Watches a command to its end.
pub(crate) fn watch(command: &[OsString]) -> Watched {
    report(&["watch"], command)
}

/// Watches a command on a screen of 120 columns and 40 rows.
pub(crate) fn on_screen(command: &[OsString]) -> Terminal {
    let apart = apart();
    let mut session = Session::new(&apart[0]).args(&apart[1..]).args([binary()]).args(["watch", "--"]).args(command);
    for (name, value) in AS_ROOT {
        session = session.env(name, value);
    }
    session.size(120, 40).open()
}
