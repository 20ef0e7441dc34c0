//! Limits on memory were unseen: of control groups at any level, and on the address space and the data of a process. A
//! run that does not fit is refused before anything is made, and what is tried all the same ends in a report.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use parlab::machine::{MachineFacts, MemoryLimit, Moment, Surroundings, memory_limits, usable};
use serde_json::{Value, json};

use crate::common::{binary, folder, parlab, skip, stderr, stdout, untitled};

/// A machine of 8 GiB in a folder, of which the files say this.
fn made_up(files: &[(&str, &str)]) -> (tempfile::TempDir, Surroundings) {
    let root = folder();
    let memory = [("proc/meminfo", "MemTotal: 8388608 kB\nMemAvailable: 6291456 kB\n")];
    for (path, text) in memory.iter().chain(files) {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let here = Surroundings::made_up(root.path(), |_| None, None);
    (root, here)
}

/// Name, place, limit and what is left of each, in MiB.
fn told(limits: &[MemoryLimit]) -> Vec<(&str, &str, u64, u64)> {
    let mib = |bytes| bytes >> 20;
    limits.iter().map(|l| (l.name.as_str(), l.detail.as_str(), mib(l.bytes), mib(l.left_bytes))).collect()
}

const MIB: u64 = 1 << 20;

#[test]
fn every_level_of_version_2_counts_without_the_cache_that_can_be_dropped() {
    let bytes = |mib: u64| format!("{}\n", mib * MIB);
    let (_root, here) = made_up(&[
        ("proc/self/cgroup", "0::/slice/job/step\n"),
        ("proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"),
        ("sys/fs/cgroup/slice/memory.max", &bytes(4096)),
        ("sys/fs/cgroup/slice/memory.current", &bytes(3500)),
        ("sys/fs/cgroup/slice/memory.high", "max\n"),
        ("sys/fs/cgroup/slice/job/memory.max", &bytes(2048)),
        ("sys/fs/cgroup/slice/job/memory.current", &bytes(1024)),
        ("sys/fs/cgroup/slice/job/memory.stat", &format!("anon 5\ninactive_file {}\n", 512 * MIB)),
        ("sys/fs/cgroup/slice/job/step/memory.max", "max\n"),
        ("sys/fs/cgroup/slice/job/step/memory.high", &bytes(1800)),
        ("sys/fs/cgroup/slice/job/step/memory.current", &bytes(100)),
    ]);
    let limits = memory_limits(&here);
    assert_eq!(
        told(&limits),
        [
            ("cgroup memory.max", "/slice", 4096, 596),
            ("cgroup memory.max", "/slice/job", 2048, 1536),
            ("cgroup memory.high", "/slice/job/step", 1800, 1700),
        ]
    );
    assert_eq!(Moment::of(&here).memory_left_bytes, Some(596 * MIB), "the tightest, of whichever level");
    let facts = MachineFacts::of(&here, &usable(&here));
    assert_eq!(facts.memory_limited_by, ["cgroup memory.high", "cgroup memory.max"]);
}

#[test]
fn version_1_and_hybrid_layouts_and_containers_count() {
    let limit = |mib: u64| format!("{}\n", mib * MIB);
    let legacy = "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
                  41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
    let (_root, here) = made_up(&[
        ("proc/self/cgroup", "4:memory:/slurm/job_7\n1:cpu:/\n0::/\n"),
        ("proc/self/mountinfo", legacy),
        ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
        ("sys/fs/cgroup/memory/slurm/memory.limit_in_bytes", &limit(3000)),
        ("sys/fs/cgroup/memory/slurm/memory.usage_in_bytes", &limit(1000)),
        ("sys/fs/cgroup/memory/slurm/memory.stat", &format!("total_inactive_file {}\n", 200 * MIB)),
        ("sys/fs/cgroup/memory/slurm/job_7/memory.limit_in_bytes", &limit(2500)),
        ("sys/fs/cgroup/memory/slurm/job_7/memory.usage_in_bytes", &limit(100)),
    ]);
    let name = "cgroup memory.limit_in_bytes";
    assert_eq!(told(&memory_limits(&here)), [(name, "/slurm", 3000, 2200), (name, "/slurm/job_7", 2500, 2400)]);
    // A container sees its own group as the root of what is mounted, by either name.
    for (cgroup, root) in [("0::/\n", "/"), ("0::/docker/abc\n", "/docker/abc"), ("0::/\n", "/../..")] {
        let (_root, here) = made_up(&[
            ("proc/self/cgroup", cgroup),
            ("proc/self/mountinfo", &format!("40 30 0:26 {root} /sys/fs/cgroup ro - cgroup2 cgroup rw\n")),
            ("sys/fs/cgroup/memory.max", &limit(512)),
            ("sys/fs/cgroup/memory.current", &limit(12)),
        ]);
        assert_eq!(told(&memory_limits(&here)), [("cgroup memory.max", root, 512, 500)]);
    }
}

#[test]
fn limits_of_the_process_count_and_nonsense_does_not() {
    let (_root, here) = made_up(&[
        (
            "proc/self/limits",
            "Limit                     Soft Limit           Hard Limit           Units     \n\
             Max data size             524288000            unlimited            bytes     \n\
             Max address space         1073741824           2147483648           bytes     \n",
        ),
        ("proc/self/status", "VmSize:\t  102400 kB\nVmData:\t 1024 kB\n"),
        ("proc/self/cgroup", "0::/a\n"),
        ("proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"),
        ("sys/fs/cgroup/a/memory.max", "-7 potatoes\n"),
        ("sys/fs/cgroup/memory.max", ""),
    ]);
    let limits = memory_limits(&here);
    let found: Vec<_> = told(&limits).into_iter().map(|(name, _, limit, left)| (name, limit, left)).collect();
    assert_eq!(found, [("RLIMIT_AS", 1024, 924), ("RLIMIT_DATA", 500, 499)]);
    let (_root, here) = made_up(&[("proc/self/limits", "Max address space  unlimited  unlimited  bytes\n")]);
    assert_eq!(told(&memory_limits(&here)), []);
}

/// parlab in a shell that does this first.
fn after(setting: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new("sh");
    for (name, value) in parlab().get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.arg("-c").arg(format!("{setting} && exec \"$0\" \"$@\"")).arg(binary()).args(arguments);
    command.output().unwrap()
}

/// `ulimit -v` and so on with so many MiB.
fn ulimit(option: &str, mib: u64) -> String {
    format!("ulimit {option} {}", mib * 1024)
}

fn scenario_of(workload: &str, backends: &str, workers: u32) -> (tempfile::TempDir, PathBuf) {
    let folder = folder();
    let toml = format!(
        "[workload]\n{workload}\n[sweep]\nbackends = [{backends}]\nworkers = [{workers}]\nbaseline = 'none'\n\
         repeats = 1\nwarmup = 0\n"
    );
    let path = untitled(folder.path(), &toml);
    (folder, path)
}

const SVC: &str = "kind = 'svc'\nsamples = 200000\nfeatures = 400\nfolds = 2\n[grid]\nC = [1]";
const SMALL: &str = "kind = 'square'\ntasks = 1000";

fn run(setting: &str, path: &Path, options: &[&str]) -> Output {
    after(setting, &[&["run", path.to_str().unwrap(), "--quiet", "--format", "json"], options].concat())
}

#[test]
fn the_machine_names_what_limits_its_memory() {
    for (option, name) in [("-v", "RLIMIT_AS"), ("-d", "RLIMIT_DATA")] {
        let said = stdout(&after(&ulimit(option, 1024), &["machine"]));
        let memory = said.lines().find(|line| line.starts_with("memory")).unwrap();
        assert!(memory.contains(name) && memory.contains("iB of it to parlab"), "{said}");
        let json: Value =
            serde_json::from_slice(&after(&ulimit(option, 1024), &["machine", "--format", "json"]).stdout).unwrap();
        assert_eq!(json["memory_limits"][0]["bytes"], json!(1 << 30));
        assert!(json["memory_limited_by"].as_array().unwrap().contains(&json!(name)), "{json}");
        assert!(json["memory_left_bytes"].as_u64().unwrap() < 1 << 30);
    }
}

#[test]
fn what_does_not_fit_into_a_process_is_refused_before_anything_is_made() {
    for (option, name) in [("-v", "RLIMIT_AS"), ("-d", "RLIMIT_DATA")] {
        let matmul = "kind = 'matmul'\ntasks = 4\nn = 8192";
        for (workload, backends, workers, mib) in [
            (SVC, "'processes'", 1, 1024),
            (SVC, "'threads'", 1, 1024),
            (matmul, "'processes'", 1, 1024),
            ("kind = 'memory'\nmib = 2000\ntasks = 4", "'processes'", 1, 1024),
            (SMALL, "'threads'", 64, 100),
        ] {
            let (_folder, path) = scenario_of(workload, backends, workers);
            let output = run(&ulimit(option, mib), &path, &[]);
            let said = stderr(&output);
            assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(3), ""), "{workload}: {said}");
            assert!(said.contains(name) && said.contains("of memory to give") && said.lines().count() == 1, "{said}");
        }
    }
}

#[test]
fn threads_for_which_there_is_no_room_end_in_a_report() {
    let (_folder, path) = scenario_of(SMALL, "'threads', 'processes'", 64);
    let mut broken = 0;
    for mib in [40, 60, 80, 120, 160, 400, 1000].into_iter().flat_map(|mib| [mib; 4]) {
        let output = run(&ulimit("-v", mib), &path, &["--yes"]);
        let report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{mib} MiB: {error}, {:?}: {}", output.status, stderr(&output)));
        let warnings = report["warnings"].to_string();
        match output.status.code() {
            Some(0) => assert_eq!(warnings, "[]"),
            Some(1) => {
                assert!(warnings.contains("trial-broken"), "{mib} MiB: {warnings}");
                broken += u32::from(warnings.contains("cannot start 64 threads: their stacks take"));
            }
            _ => panic!("{mib} MiB: {:?}: {}", output.status, stderr(&output)),
        }
    }
    assert!(broken >= 8, "the limit was too low for the threads: {broken}");
}

#[test]
fn what_fits_is_not_refused() {
    let (_folder, path) = scenario_of(SMALL, "'threads', 'processes'", 8);
    let output = run(&ulimit("-v", 200), &path, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

/// A control group with a limit on memory, gone afterwards.
struct Group(PathBuf);

impl Group {
    fn new(mib: u64) -> Option<Self> {
        let name = format!("parlab-test-{}", std::process::id());
        let v2 = Path::new("/sys/fs/cgroup");
        let _ = std::fs::write(v2.join("cgroup.subtree_control"), "+memory");
        for (root, file) in [(v2.join("memory"), "memory.limit_in_bytes"), (v2.to_owned(), "memory.max")] {
            let group = Self(root.join(&name));
            if std::fs::create_dir(&group.0).is_ok()
                && std::fs::write(group.0.join(file), (mib * MIB).to_string()).is_ok()
            {
                return Some(group);
            }
        }
        None
    }

    /// What a shell does to be in it.
    fn enter(&self) -> String {
        format!("echo $$ > {}", self.0.join("cgroup.procs").display())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir(&self.0);
    }
}

#[test]
fn a_real_control_group_is_seen_and_kept_to() {
    let Some(group) = Group::new(256) else {
        return skip("control groups with a limit on memory, which root can make");
    };
    let json: Value = serde_json::from_slice(&after(&group.enter(), &["machine", "--format", "json"]).stdout).unwrap();
    let limited_by = json["memory_limited_by"][0].as_str().unwrap();
    assert!(limited_by.starts_with("cgroup memory."), "{json}");
    assert!(json["memory_left_bytes"].as_u64().unwrap() <= 256 * MIB);
    for backends in ["'processes'", "'threads'"] {
        for workload in [SVC, "kind = 'triad'\nmib = 300\ntasks = 2"] {
            let (_folder, path) = scenario_of(workload, backends, 1);
            let output = run(&group.enter(), &path, &[]);
            let said = stderr(&output);
            assert_eq!(output.status.code(), Some(3), "{said}");
            assert!(said.contains(limited_by) && said.contains("/parlab-test-"), "{said}");
        }
    }
}
