//! Which CPUs are usable, on machines made up of a few files each.

use std::path::Path;

use parlab::machine::{CpuSet, Surroundings, Usable, memory_limits, usable, usable_here};
use tempfile::TempDir;

/// A machine in a temporary folder. Unless told otherwise it has 64 CPUs and no limits.
struct Machine {
    root: TempDir,
    env: Vec<(&'static str, &'static str)>,
    affinity: Option<CpuSet>,
}

impl Machine {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        Self { root, env: Vec::new(), affinity: CpuSet::parse("0-63") }
    }

    fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a folder");
        std::fs::write(path, text).expect("a file");
        self
    }

    fn env(mut self, name: &'static str, value: &'static str) -> Self {
        self.env.push((name, value));
        self
    }

    fn affinity(mut self, cpus: Option<&str>) -> Self {
        self.affinity = cpus.and_then(CpuSet::parse);
        self
    }

    /// In this group of a version 2 hierarchy, mounted where it usually is.
    fn v2(self, group: &str) -> Self {
        self.file("proc/self/cgroup", format!("0::{group}\n"))
            .file("proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n")
    }

    /// The only limit on memory, by its name and in MiB.
    fn memory(&self) -> Option<(String, u64)> {
        let limits = memory_limits(&self.surroundings());
        assert!(limits.len() < 2, "{limits:?}");
        limits.first().map(|limit| (limit.name.clone(), limit.bytes >> 20))
    }

    fn usable(&self) -> Usable {
        usable(&self.surroundings())
    }

    fn surroundings(&self) -> Surroundings {
        let env = self.env.clone();
        let lookup = move |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Surroundings::made_up(self.root.path(), lookup, self.affinity.clone())
    }
}

/// Names and CPUs of the limits found.
fn limits(usable: &Usable) -> Vec<(&str, f64)> {
    usable.limits.iter().map(|limit| (limit.name.as_str(), limit.cpus)).collect()
}

#[test]
fn without_any_limit_affinity_decides() {
    let usable = Machine::new().affinity(Some("0-3,8,10-11")).usable();
    assert_eq!(usable.count, 7);
    assert_eq!(usable.cpus.ids(), [0, 1, 2, 3, 8, 10, 11]);
    assert_eq!(limits(&usable), [("affinity", 7.0)]);
    assert_eq!(usable.limited_by(64), ["affinity"]);
    assert!(usable.limited_by(7).is_empty());
}

#[test]
fn version_2_limits_count_at_every_level() {
    let machine = Machine::new()
        .v2("/user.slice/user-1.slice/job")
        .file("sys/fs/cgroup/user.slice/cpu.max", "800000 100000\n")
        .file("sys/fs/cgroup/user.slice/user-1.slice/cpu.max", "250000 50000\n")
        .file("sys/fs/cgroup/user.slice/user-1.slice/job/cpu.max", "max 100000\n");
    let usable = machine.usable();
    assert_eq!(usable.count, 5);
    assert_eq!(limits(&usable), [("affinity", 64.0), ("cgroup cpu.max", 8.0), ("cgroup cpu.max", 5.0)]);
    assert_eq!(usable.limits[2].detail, "/user.slice/user-1.slice: 250 ms of CPU time every 50.0 ms");
    assert_eq!(usable.limited_by(64), ["cgroup cpu.max"]);
    assert_eq!(usable.cpus.len(), 64, "a quota limits time, not places");
}

#[test]
fn version_2_sets_narrow_the_places_and_are_told_where_they_change() {
    let machine = Machine::new()
        .v2("/a/b")
        .file("sys/fs/cgroup/cpuset.cpus.effective", "0-63\n")
        .file("sys/fs/cgroup/a/cpuset.cpus.effective", "0-63\n")
        .file("sys/fs/cgroup/a/b/cpuset.cpus.effective", "4-7,20\n")
        .affinity(Some("6-30"));
    let usable = machine.usable();
    assert_eq!(usable.cpus.ids(), [6, 7, 20]);
    assert_eq!(usable.count, 3);
    assert_eq!(limits(&usable), [("affinity", 25.0), ("cgroup cpuset", 64.0), ("cgroup cpuset", 5.0)]);
    assert_eq!(usable.limits[2].detail, "/a/b: CPUs 4-7,20");
    assert_eq!(usable.limited_by(64), ["cgroup cpuset", "affinity"]);
}

#[test]
fn part_of_a_cpu_is_rounded_down_but_never_to_none() {
    for (quota, count, exact) in [("150000 100000", 1, 1.5), ("399999 100000", 3, 3.999_99), ("1000 100000", 1, 0.01)] {
        let usable = Machine::new().v2("/").file("sys/fs/cgroup/cpu.max", quota).usable();
        assert_eq!(usable.count, count, "{quota}");
        assert!((usable.limits[1].cpus - exact).abs() < 1e-9, "{quota}");
    }
}

#[test]
fn version_1_quotas_and_sets_are_found_by_their_mounts() {
    let mountinfo = "\
        34 25 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n\
        35 25 0:30 / /sys/fs/cgroup/cpuset rw shared:10 - cgroup cgroup rw,cpuset\n";
    let machine = Machine::new()
        .file("proc/self/mountinfo", mountinfo)
        .file("proc/self/cgroup", "4:cpuset:/slurm/job_7\n3:cpu,cpuacct:/slurm/job_7/step_0\n")
        .file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n")
        .file("sys/fs/cgroup/cpu,cpuacct/slurm/job_7/cpu.cfs_quota_us", "400000\n")
        .file("sys/fs/cgroup/cpu,cpuacct/slurm/job_7/cpu.cfs_period_us", "100000\n")
        .file("sys/fs/cgroup/cpu,cpuacct/slurm/job_7/step_0/cpu.cfs_quota_us", "-1\n")
        .file("sys/fs/cgroup/cpuset/cpuset.cpus", "0-63\n")
        .file("sys/fs/cgroup/cpuset/slurm/job_7/cpuset.cpus", "\n")
        .file("sys/fs/cgroup/cpuset/slurm/job_7/cpuset.effective_cpus", "8-15\n");
    let usable = machine.usable();
    assert_eq!((usable.count, usable.cpus.to_string().as_str()), (4, "8-15"));
    assert_eq!(usable.limited_by(64), ["cgroup cpu.cfs_quota_us", "cgroup cpuset"]);
}

#[test]
fn hybrid_layouts_use_both_versions() {
    let mountinfo = "\
        31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n\
        32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n\
        41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
    let machine = Machine::new()
        .file("proc/self/mountinfo", mountinfo)
        .file("proc/self/cgroup", "9:name=systemd:/x\n1:cpu:/x\n0::/y\n")
        .file("sys/fs/cgroup/cpu/x/cpu.cfs_quota_us", "600000")
        .file("sys/fs/cgroup/unified/y/cpuset.cpus.effective", "0-2");
    let usable = machine.usable();
    assert_eq!((usable.count, usable.cpus.ids()), (3, &[0, 1, 2][..]));
    assert_eq!(limits(&usable), [("affinity", 64.0), ("cgroup cpuset", 3.0), ("cgroup cpu.cfs_quota_us", 6.0)]);
}

#[test]
fn a_container_sees_its_own_group_at_the_mount_point() {
    let machine = Machine::new()
        .file("proc/self/cgroup", "0::/docker/abc\n")
        .file("proc/self/mountinfo", "40 30 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n")
        .file("sys/fs/cgroup/cpu.max", "200000 100000");
    let usable = machine.usable();
    assert_eq!(usable.count, 2);
    assert_eq!(usable.limits[1].detail, "/docker/abc: 200 ms of CPU time every 100 ms");
}

#[test]
fn hierarchies_may_be_mounted_anywhere() {
    let machine = Machine::new()
        .file("proc/self/cgroup", "0::/g\n")
        .file("proc/self/mountinfo", "40 30 0:26 / /my\\040groups rw - cgroup2 none rw\n")
        .file("my groups/g/cpu.max", "300000");
    assert_eq!(machine.usable().count, 3, "the period is 100 ms unless it is given");
}

#[test]
fn the_script_of_a_job_has_the_cpus_of_all_its_tasks_and_a_step_those_of_one() {
    let job = || Machine::new().env("SLURM_CPUS_PER_TASK", "4").env("SLURM_NTASKS", "3");
    let whole = job().env("SLURM_CPUS_ON_NODE", "12").usable();
    assert_eq!((whole.count, whole.limits[1].detail.as_str()), (12, "set by Slurm, for 3 tasks"));
    assert_eq!(job().env("SLURM_CPUS_ON_NODE", "8").usable().count, 8, "the others are on another machine");
    assert_eq!(job().usable().count, 12);
    let step = job().env("SLURM_CPUS_ON_NODE", "12").env("SLURM_STEP_ID", "0").usable();
    assert_eq!((step.count, step.limits[1].detail.as_str()), (4, "set by Slurm"));
}

#[test]
fn slurms_memory_is_that_of_the_node_or_of_the_cpus_on_it() {
    let told = |machine: Machine| machine.memory();
    let of = |name: &str, mib| Some((name.to_owned(), mib));
    let node = Machine::new().env("SLURM_MEM_PER_NODE", "500").env("SLURM_MEM_PER_CPU", "100");
    assert_eq!(told(node), of("SLURM_MEM_PER_NODE", 500));
    let cpus = || Machine::new().env("SLURM_MEM_PER_CPU", "100");
    assert_eq!(told(cpus().env("SLURM_CPUS_ON_NODE", "4")), of("SLURM_MEM_PER_CPU", 400));
    assert_eq!(told(cpus()), None, "of how many CPUs is not known");
    for nonsense in ["0", "", "x", "99999999999999999999", "17592186044416"] {
        assert_eq!(told(Machine::new().env("SLURM_MEM_PER_NODE", nonsense)), None, "{nonsense:?}");
    }
}

#[test]
fn slurms_task_counts_before_its_node() {
    let machine = Machine::new().env("SLURM_CPUS_PER_TASK", "4").env("SLURM_CPUS_ON_NODE", "16");
    assert_eq!(machine.usable().count, 4);
    assert_eq!(machine.usable().limited_by(64), ["SLURM_CPUS_PER_TASK"]);
    assert_eq!(Machine::new().env("SLURM_CPUS_ON_NODE", "16").usable().count, 16);
    let typo = Machine::new().env("SLURM_CPUS_PER_TASK", "four").env("SLURM_CPUS_ON_NODE", "16");
    assert_eq!(typo.usable().count, 16);
    for nonsense in ["", "0", "-4", "1e9", "99999999999999999999", "8(x2)"] {
        assert_eq!(Machine::new().env("SLURM_CPUS_ON_NODE", nonsense).usable().count, 64, "{nonsense:?}");
    }
}

#[test]
fn the_tightest_is_named_first() {
    let machine = Machine::new()
        .v2("/")
        .affinity(Some("0-15"))
        .file("sys/fs/cgroup/cpu.max", "1200000 100000")
        .env("SLURM_CPUS_PER_TASK", "8");
    assert_eq!(machine.usable().count, 8);
    assert_eq!(machine.usable().limited_by(64), ["SLURM_CPUS_PER_TASK", "cgroup cpu.max", "affinity"]);
}

#[test]
fn a_mask_that_the_kernel_does_not_give_is_read_elsewhere() {
    let status = "Name:\tparlab\nCpus_allowed:\tff\nCpus_allowed_list:\t2-9,1500\nMems_allowed:\t1\n";
    let machine = Machine::new().affinity(None).file("sys/devices/system/cpu/online", "0-2047\n");
    assert_eq!(machine.usable().count, 2048);
    let machine = machine.file("proc/self/status", status);
    assert_eq!(machine.usable().cpus.to_string(), "2-9,1500");
}

#[test]
fn with_nothing_to_read_there_is_one_cpu() {
    let usable = Machine::new().affinity(None).usable();
    assert_eq!((usable.count, usable.cpus.ids()), (1, &[0][..]));
}

#[test]
fn a_set_that_excludes_us_is_not_about_us() {
    let machine = Machine::new().v2("/").affinity(Some("0-3")).file("sys/fs/cgroup/cpuset.cpus.effective", "8");
    assert_eq!(machine.usable().count, 4);
    assert_eq!(limits(&machine.usable()), [("affinity", 4.0)]);
}

#[test]
fn garbage_limits_nothing() {
    let garbage: [&[u8]; 12] = [
        b"",
        b"\n",
        b"max",
        b"-1 100000",
        b"0 100000",
        b"100000 0",
        b"1.5 1",
        b"99999999999999999999999 1",
        b"0-4294967295",
        b"3-1,,",
        b"\xff\xfe\x00",
        b"100000 x",
    ];
    for text in garbage {
        let machine = Machine::new()
            .v2("/a")
            .file("sys/fs/cgroup/a/cpu.max", text)
            .file("sys/fs/cgroup/a/cpuset.cpus.effective", text)
            .file("sys/fs/cgroup/cpuset.cpus.effective", text);
        assert_eq!(limits(&machine.usable()), [("affinity", 64.0)], "{:?}", String::from_utf8_lossy(text));
    }
}

#[test]
fn files_that_are_folders_or_endless_limit_nothing() {
    let machine = Machine::new()
        .v2("/")
        .file("sys/fs/cgroup/cpu.max/inside", "1")
        .file("sys/fs/cgroup/cpuset.cpus.effective", "0,".repeat(4 << 20));
    assert_eq!(machine.usable().count, 64);
    let lost = Machine::new().file("proc/self/cgroup", "0::/").file("proc/self/mountinfo/x", "");
    assert_eq!(lost.usable().count, 64);
}

#[test]
fn this_machine_agrees_with_the_standard_library_or_is_stricter() {
    let known = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let usable = usable_here();
    assert!((1..=known).contains(&(usable.count as usize)), "{usable:?}, standard library: {known}");
}
