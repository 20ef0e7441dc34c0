//! A Slurm of one machine: munged, slurmctld and slurmd, in namespaces of their own, so that nothing of them outlives a
//! test and several may run at a time.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::common::terminal::Session;
use crate::common::{UNDISTURBED, binary, folder, have, scenario, skip, stderr, stdout, wait_until};

/// The programs that it takes.
const TOOLS: [&str; 8] = ["slurmctld", "slurmd", "munged", "sbatch", "squeue", "unshare", "nsenter", "ip"];

/// How often the tests have parlab ask.
pub(crate) const OFTEN: [&str; 2] = ["--look-every", "0.2"];

/// Where the user's state is kept: a path that a shell and Slurm's patterns could take for more than it is.
const HOME: &str = "it's a home of 100%j";

/// More CPUs than a test asks for, however many this machine has.
const CPUS: u32 = 4;

pub(crate) struct Cluster {
    folder: tempfile::TempDir,
    /// Holds the namespaces: all that runs in them ends with it.
    holder: Child,
    /// The process within.
    inside: u32,
}

impl Cluster {
    /// One that is up; `None` where there can be none, which is said.
    pub(crate) fn new() -> Option<Self> {
        if !TOOLS.iter().all(|tool| have(tool)) {
            return None;
        }
        if !nix::unistd::geteuid().is_root() {
            skip("only root can have a Slurm of its own");
            return None;
        }
        let folder = folder();
        for name in ["state", "spool", "log", "munge", HOME, "work"] {
            fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        let key = folder.path().join("munge.key");
        fs::write(&key, b"not a secret, and long enough for munged to take it as a key").expect("a key");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o400)).expect("a mode");
        fs::write(folder.path().join("slurm.conf"), configuration(folder.path())).expect("a configuration");
        let (holder, inside) = hold(folder.path());
        let cluster = Self { folder, holder, inside };
        cluster.start_daemons();
        Some(cluster)
    }

    fn start_daemons(&self) {
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        let munge = [
            "--force".to_owned(),
            format!("--key-file={}", at("munge.key")),
            format!("--socket={}", at("munge/socket")),
            format!("--pid-file={}", at("munge/pid")),
            format!("--log-file={}", at("munge/log")),
            format!("--seed-file={}", at("munge/seed")),
        ];
        self.daemon("munged", &munge);
        self.daemon("slurmctld", &["-i".to_owned()]);
        self.daemon("slurmd", &["-N".to_owned(), "localhost".to_owned()]);
        wait_until("a machine that takes jobs", || stdout(&self.output("sinfo", &["-h", "-o", "%T"])).contains("idle"));
    }

    /// Starts a daemon, which leaves by itself. What it says goes to a file: a pipe would be kept open.
    fn daemon(&self, name: &str, arguments: &[String]) {
        let log = fs::File::create(self.folder.path().join(format!("log/{name}.out"))).expect("a file");
        let mut command = self.command(name);
        command.args(arguments).stdout(log.try_clone().expect("a file")).stderr(log).stdin(Stdio::null());
        assert!(command.status().expect("a daemon").success(), "{name}: {}", self.log(&format!("{name}.out")));
    }

    /// What a daemon wrote down.
    pub(crate) fn log(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join("log").join(name)).unwrap_or_default()
    }

    /// Has slurmctld stand still: whoever asks it waits.
    pub(crate) fn freeze_controller(&self) {
        let pid = fs::read_to_string(self.folder.path().join("slurmctld.pid")).expect("a number");
        assert!(self.output("kill", &["-STOP", pid.trim()]).status.success());
    }

    /// How many processes of a name there are within.
    pub(crate) fn count(&self, name: &str) -> usize {
        let script = format!("cat /proc/[0-9]*/comm 2>/dev/null | grep -c '^{name}'");
        stdout(&self.output("sh", &["-c", &script])).trim().parse().expect("a number")
    }

    /// Ends slurmctld, which writes down what it knows: killed outright it may not have, and then it starts jobs anew.
    pub(crate) fn stop_controller(&self) {
        let file = self.folder.path().join("slurmctld.pid");
        let pid = fs::read_to_string(file).expect("a number");
        let kill = |signal: &str| self.output("kill", &[signal, pid.trim()]).status.success();
        assert!(kill("-TERM"));
        wait_until("the end of slurmctld", || !kill("-0"));
    }

    /// Starts slurmctld anew, with what it knew.
    pub(crate) fn start_controller(&self) {
        self.daemon("slurmctld", &[]);
    }

    /// A command within.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        command.args(self.enter()).arg(program);
        command.env("PATH", path()).env("SLURM_CONF", self.folder.path().join("slurm.conf"));
        command.env("LC_ALL", "C.UTF-8").envs(UNDISTURBED).env("XDG_STATE_HOME", self.home());
        command
    }

    fn enter(&self) -> Vec<String> {
        let target = format!("--target={}", self.inside);
        let folder = format!("--wd={}", self.work().display());
        [target.as_str(), "--net", "--uts", "--pid", "--mount", &folder].map(str::to_owned).to_vec()
    }

    pub(crate) fn output(&self, program: &str, arguments: &[&str]) -> Output {
        self.command(program).args(arguments).output().expect(program)
    }

    /// `parlab submit` with these arguments.
    pub(crate) fn submit(&self, arguments: &[&str]) -> Output {
        self.command(binary()).arg("submit").args(arguments).output().expect("parlab")
    }

    /// Sends something, and gives its number.
    pub(crate) fn sent(&self, arguments: &[&str]) -> String {
        let output = self.submit(&[&["--go"], arguments].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output).trim().to_owned()
    }

    /// A job that runs and has all CPUs, so that others wait. It is no step, which there might not be the CPUs for.
    pub(crate) fn blocker(&self) -> String {
        let wrap = ["--parsable", "--cpus-per-task=4", "--mem=100M", "--time=10", "--wrap=exec sleep 1000"];
        let output = self.output("sbatch", &wrap);
        assert!(output.status.success(), "{}", stderr(&output));
        let job = stdout(&output).trim().to_owned();
        self.wait_for(&job, "RUNNING");
        job
    }

    /// Follows a job without a screen, to its end.
    pub(crate) fn attached(&self, job: &str, options: &[&str]) -> Output {
        self.submit(&[&["--attach", job], &OFTEN[..], options].concat())
    }

    /// `parlab submit` with these arguments in a terminal.
    pub(crate) fn session(&self, arguments: &[&str]) -> Session {
        let parlab = binary();
        let within = [parlab.to_str().expect("a path"), "submit"];
        let session = Session::new("nsenter").args(self.enter()).args(within).args(arguments);
        let state = self.home();
        session
            .env("PATH", &path())
            .env("SLURM_CONF", self.folder.path().join("slurm.conf").to_str().expect("a path"))
            .env("XDG_STATE_HOME", state.to_str().expect("a path"))
    }

    /// Where the user's state is kept.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join(HOME)
    }

    /// Where commands are run.
    pub(crate) fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// A file of a job.
    pub(crate) fn file(&self, job: &str, name: &str) -> PathBuf {
        self.home().join("parlab/jobs").join(job).join(name)
    }

    /// Writes a scenario whose tasks wait so many seconds, 4 trials of them, and gives its path.
    pub(crate) fn scenario(&self, name: &str, seconds: f64) -> String {
        let toml = format!(
            "title = \"A small one\"\n[workload]\nkind = \"sleep\"\ninputs = {{ repeat = {seconds}, times = 2 }}\n[sweep]\n\
             backends = [\"threads\"]\nbaseline = \"none\"\nworkers = [1, 2]\nrepeats = 2\nwarmup = 0\ntimeout_s = 100.0\n"
        );
        scenario(&self.work(), name, &toml).to_str().expect("a path").to_owned()
    }

    /// Waits until a trial has ended in a run, by a journal of its job.
    pub(crate) fn wait_for_trial(&self, job: &str, journal: &str) {
        let text = || fs::read_to_string(self.file(job, journal)).unwrap_or_default();
        wait_until(&format!("a trial of job {job}"), || text().contains("\"event\":\"trial_finished\""));
    }

    /// Gives the user's state a file system of its own, of so many KiB. It is seen from within alone.
    pub(crate) fn small_home(&self, kib: u32) {
        let home = self.home();
        let size = format!("size={kib}k");
        let output = self.output("mount", &["-t", "tmpfs", "-o", &size, "tmpfs", home.to_str().expect("a path")]);
        assert!(output.status.success(), "{}", stderr(&output));
    }

    /// Waits until no process of parlab runs within.
    pub(crate) fn wait_for_none_left(&self) {
        wait_until("no process of parlab", || self.count("parlab") == 0);
    }

    /// Waits until a job has this state, as Slurm calls it.
    pub(crate) fn wait_for(&self, job: &str, state: &str) {
        let squeue = || stdout(&self.output("squeue", &["-h", "-t", "all", "-o", "%T", "-j", job]));
        wait_until(&format!("job {job} {state}"), || squeue().contains(state));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("slurmctld: {}", self.log("slurmctld.log"));
        }
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// The namespaces: a network with nobody else in it, processes that end with it, and a name of the machine that is known.
fn hold(folder: &Path) -> (Child, u32) {
    let ready = folder.join("ready");
    // The first process has to wait for those that others leave. Only `lo` is there, and without another address names are not looked up.
    let script = "ip link set lo up && ip addr add 10.99.0.1/32 dev lo && hostname localhost && : > \"$0\" && sleep 1000000 & wait";
    let mut command = Command::new("unshare");
    command.args(["--net", "--uts", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", script]);
    command.arg(&ready).env("PATH", path()).stdin(Stdio::null());
    let holder = command.spawn().expect("namespaces");
    wait_until("a network", || ready.exists());
    let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", holder.id())).expect("a child");
    let inside = children.split_whitespace().next().and_then(|pid| pid.parse().ok()).expect("a child");
    (holder, inside)
}

/// Daemons are where only root looks.
fn path() -> String {
    format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default())
}

fn configuration(folder: &Path) -> String {
    let at = folder.display();
    format!(
        "ClusterName=parlab
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={at}/munge/socket
CryptoType=crypto/munge
SlurmctldPort=16817
SlurmdPort=16818
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={at}/state
SlurmdSpoolDir={at}/spool
SlurmctldPidFile={at}/slurmctld.pid
SlurmdPidFile={at}/slurmd.pid
SlurmctldLogFile={at}/log/slurmctld.log
SlurmdLogFile={at}/log/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/affinity
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=bf_interval=1,batch_sched_delay=0,sched_min_interval=0,sched_interval=1
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MpiDefault=none
ReturnToService=2
EnforcePartLimits=ALL
MessageTimeout=3
KillWait=3
NodeName=localhost NodeAddr=127.0.0.1 CPUs={CPUS} RealMemory=2000 State=UNKNOWN
PartitionName=main Nodes=localhost Default=YES MaxTime=600 State=UP
"
    )
}
