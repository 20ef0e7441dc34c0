//! A process that is looked at again and again: its program, memory and CPU time, and what can be seen of its threads.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nix::time::ClockId;
use nix::unistd::Pid;

use super::cpu_ledger::EndedProcess;
use super::kept_files::{KeptFile, Mute, Rank};
use super::look::{CallSight, MemorySeen, ProcessAccount, ProcessLook};
use super::python::{PythonFinder, PythonSeen};
use super::tracked_thread::{Sights, TICK_NS, Tools};
use crate::foreign;
use crate::machine::proc_lists::threads_of;
use crate::machine::pss::pss_of;
use crate::machine::status_file::StatusFile;
use crate::machine::task_stat::TaskStat;
use crate::system::files::read_head;

/// A process is looked at so often, and more often while it is young: a program is executed then.
const REFRESH_NS: u64 = 250_000_000;
const REFRESH_YOUNG_NS: u64 = 50_000_000;

/// An interpreter is looked for again after so long, twice as long, and so on up to the most.
const PYTHON_FIRST_NS: u64 = 50_000_000;
const PYTHON_MOST_NS: u64 = 10_000_000_000;

/// With so many threads a process is asked first whether any of them has run, which costs as much as to look at one of
/// them, or two.
const MANY_THREADS: usize = 16;

/// A command line is kept so far, in bytes.
const COMMAND_MAX: u64 = 256;

/// Bytes of an ELF file that tell its architecture.
const ELF_HEAD: u64 = 20;

/// A process, and what is known of it.
#[derive(Debug)]
pub(super) struct TrackedProcess {
    pub(super) pid: u32,
    pub(super) parent: u32,
    pub(super) is_root: bool,
    pub(super) sights: Sights,
    pub(super) has_ended: bool,
    /// Whether its end was entered into the ledger.
    pub(super) is_settled: bool,
    /// When it is to be looked at again; 0 for as soon as possible.
    pub(super) due_ns: u64,
    /// When its memory was read last.
    pub(super) memory_ns: u64,
    /// Threads that were listed.
    pub(super) tids: HashSet<u32>,
    pub(super) cpu: ProcessCpu,
    /// The last look before which any of its threads may have run, by its CPU time, which is kept to compare.
    pub(super) ran_before_ns: u64,
    clock_ns: Option<u64>,
    folder: PathBuf,
    name: Arc<str>,
    command: Arc<str>,
    exe: Option<Arc<str>>,
    threads: u32,
    found_threads: u64,
    state: u8,
    /// Links of its folder of threads when that was listed: they change with its threads.
    links: Option<u64>,
    started: Option<u64>,
    started_ns: u64,
    stack_start: u64,
    memory: MemorySeen,
    python: Option<PythonSeen>,
    python_due_ns: u64,
    python_wait_ns: u64,
    stat: KeptFile,
}

/// CPU time of threads of a process, in nanoseconds, as they were looked at last.
#[derive(Debug, Clone, Copy, Default)]
struct ThreadsTime {
    /// All of it.
    ran_ns: u64,
    /// What of it counts.
    counted_ns: u64,
}

/// CPU time of a process, in nanoseconds.
#[derive(Debug, Default)]
pub(super) struct ProcessCpu {
    /// Of all its threads, when it was read last; `None` before.
    own_ns: Option<u64>,
    /// Of children it waited for.
    pub(super) reaped_ns: u64,
    /// What of that was not yet found to be that of a child that ended.
    pub(super) unclaimed_ns: u64,
    /// The part of it that was gained in the last look that was at it, and when that was.
    pub(super) recent_ns: u64,
    recent_at_ns: u64,
    /// Of threads that were seen, those that have ended among them.
    threads: ThreadsTime,
    /// What does not count, since it was taken before the process was watched: its own, and that of children.
    before_own_ns: u64,
    before_reaped_ns: u64,
}

impl ProcessCpu {
    /// Of all its threads now: when it was read last, or by what its threads were seen to take, if that is more.
    pub(super) fn now_ns(&self) -> u64 {
        // What it took before it was watched is not known before it is read.
        self.own_ns.map_or(self.threads.counted_ns, |own_ns| own_ns.max(self.threads.ran_ns))
    }

    /// One of its threads was seen to have taken more since it was looked at before.
    pub(super) fn note_thread(&mut self, ran_ns: u64, counted_ns: u64) {
        self.threads.ran_ns += ran_ns;
        self.threads.counted_ns += counted_ns;
    }

    /// What it took before it was watched, with its children.
    pub(super) fn before_ns(&self) -> u64 {
        self.before_own_ns + self.before_reaped_ns
    }

    /// Takes away what is asked for of the time of children, as far as it is there.
    pub(super) fn claim(&mut self, ns: u64) -> u64 {
        let claimed = ns.min(self.unclaimed_ns);
        self.unclaimed_ns -= claimed;
        self.recent_ns = self.recent_ns.saturating_sub(claimed);
        claimed
    }
}

impl TrackedProcess {
    /// Nothing is read yet.
    pub(super) fn new(proc: &Path, pid: u32, parent: u32, is_root: bool) -> Self {
        let folder = proc.join(pid.to_string());
        Self {
            pid,
            parent,
            is_root,
            sights: Sights::default(),
            has_ended: false,
            is_settled: false,
            due_ns: 0,
            memory_ns: 0,
            tids: HashSet::new(),
            cpu: ProcessCpu::default(),
            ran_before_ns: 0,
            clock_ns: None,
            stat: KeptFile::new(folder.join("stat"), Rank::Third),
            folder,
            name: Arc::from(""),
            command: Arc::from(""),
            exe: None,
            threads: 0,
            found_threads: 0,
            state: 0,
            links: None,
            started: None,
            started_ns: 0,
            stack_start: 0,
            memory: MemorySeen::default(),
            python: None,
            python_due_ns: 0,
            python_wait_ns: PYTHON_FIRST_NS,
        }
    }

    /// Looks at it. Returns whether it ended or waited for a child since, so that others must be looked at, too.
    pub(super) fn refresh(&mut self, tools: &mut Tools, finder: &mut PythonFinder) -> bool {
        let stat = match self.read_stat(tools) {
            Ok(stat) if self.started.is_none_or(|started| started == stat.started) => stat,
            Ok(_) | Err(Mute::Gone) => {
                self.end(tools);
                return true;
            }
            Err(_) => return false,
        };
        let is_first = self.started.is_none();
        self.started = Some(stat.started);
        self.started_ns = tools.started_ns(stat.started);
        self.parent = stat.parent;
        (self.threads, self.state) = (stat.threads, stat.state);
        self.see_memory(stat.resident_pages.saturating_mul(page_bytes()));
        let has_reaped = self.take_cpu(tools, &stat, is_first);
        if is_first || (stat.stack_start != self.stack_start && stat.state != b'Z') {
            self.stack_start = stat.stack_start;
            self.see_program();
        }
        self.look_for_python(tools.now_ns, finder);
        let age_ns = tools.now_ns.saturating_sub(self.started_ns);
        self.due_ns = tools.now_ns + (age_ns / 4).clamp(REFRESH_YOUNG_NS, REFRESH_NS);
        has_reaped
    }

    /// Asks whether any of its threads may have run since this was asked last: where none has, all of them are as they were.
    pub(super) fn ask_whether_it_ran(&mut self, now_ns: u64) {
        let clock_ns = if self.tids.len() < MANY_THREADS { None } else { clock_ns(&self.folder, self.pid) };
        if clock_ns.is_none() || clock_ns != self.clock_ns {
            (self.clock_ns, self.ran_before_ns) = (clock_ns, now_ns);
        }
    }

    fn take_cpu(&mut self, tools: &Tools, stat: &TaskStat, is_first: bool) -> bool {
        let cpu = &mut self.cpu;
        let own_ns = clock_ns(&self.folder, self.pid).unwrap_or(stat.ticks * TICK_NS);
        let own_ns = own_ns.max(stat.ticks * TICK_NS).max(cpu.own_ns.unwrap_or(0));
        cpu.own_ns = Some(own_ns);
        let reaped_ns = stat.reaped_ticks * TICK_NS;
        let gained_ns = reaped_ns.saturating_sub(cpu.reaped_ns);
        cpu.reaped_ns = cpu.reaped_ns.max(reaped_ns);
        if is_first && self.started_ns < tools.counted_from_ns {
            (cpu.before_own_ns, cpu.before_reaped_ns) = (own_ns, cpu.reaped_ns);
        } else {
            cpu.unclaimed_ns += gained_ns;
            let is_same_look = cpu.recent_at_ns == tools.now_ns;
            cpu.recent_ns = gained_ns + if is_same_look { cpu.recent_ns } else { 0 };
            cpu.recent_at_ns = tools.now_ns;
        }
        gained_ns > 0
    }

    /// Its program has changed, or is seen for the first time.
    fn see_program(&mut self) {
        let command = read_head(&self.folder.join("cmdline"), COMMAND_MAX).unwrap_or_default();
        // One that is about to end has none any more.
        if !command.is_empty() {
            let first = command.split(|&byte| byte == 0).next().unwrap_or_default();
            let base = first.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
            self.name = Arc::from(foreign::bytes(base));
            let words = command.strip_suffix(b"\0").unwrap_or(&command).split(|&byte| byte == 0);
            self.command = Arc::from(words.map(foreign::bytes).collect::<Vec<_>>().join(" "));
        }
        let exe = self.folder.join("exe");
        self.exe = fs::read_link(&exe).ok().map(|path| Arc::from(foreign::name(&path)));
        self.sights = Sights::default();
        if self.stack_start == 0 {
            // It is told to those who may look into the process.
            self.sights.calls = CallSight::Refused;
        } else if !is_of_this_architecture(&exe) {
            self.sights.calls = CallSight::OtherArchitecture;
        }
        (self.python, self.python_due_ns, self.python_wait_ns) = (None, 0, PYTHON_FIRST_NS);
    }

    fn look_for_python(&mut self, now_ns: u64, finder: &mut PythonFinder) {
        if self.python.is_some() || now_ns < self.python_due_ns {
            return;
        }
        if let Some(found) = finder.look(&self.folder) {
            self.python = Some(found.seen);
            self.sights.gil = found.runtime;
        }
        self.python_due_ns = now_ns + self.python_wait_ns;
        self.python_wait_ns = (2 * self.python_wait_ns).min(PYTHON_MOST_NS);
    }

    fn read_stat(&mut self, tools: &mut Tools) -> Result<TaskStat, Mute> {
        let line = self.stat.read(&mut tools.descriptors, &mut tools.bytes)?;
        if self.name.is_empty() {
            self.name = Arc::from(foreign::bytes(TaskStat::name(line).unwrap_or_default()));
        }
        TaskStat::parse(line).ok_or(Mute::Gone)
    }

    /// Reads what is dear: its share of memory, and the most that it had.
    pub(super) fn read_memory(&mut self, now_ns: u64) {
        self.memory_ns = now_ns;
        self.memory.pss_bytes = pss_of(&self.folder).or(self.memory.pss_bytes);
        let peak_kib: Option<u64> = StatusFile::of(&self.folder).ok().and_then(|status| status.number("VmHWM:"));
        self.memory.peak_rss_bytes = self.memory.peak_rss_bytes.max(peak_kib.unwrap_or(0) * 1024);
    }

    fn see_memory(&mut self, rss_bytes: u64) {
        self.memory.rss_bytes = rss_bytes;
        self.memory.peak_rss_bytes = self.memory.peak_rss_bytes.max(rss_bytes);
    }

    /// The threads that are new since they were listed last, if any may be.
    pub(super) fn new_threads(&mut self, proc: &Path, is_stale: bool) -> Vec<u32> {
        let links = fs::metadata(self.folder.join("task")).ok().map(|folder| folder.nlink());
        if links.is_some() && links == self.links && !is_stale {
            return Vec::new();
        }
        let listed: HashSet<u32> = threads_of(proc, self.pid).into_iter().collect();
        // Each process has one, but it may not be possible to list them now.
        self.links = links.filter(|_| !listed.is_empty());
        let mut new: Vec<u32> = listed.difference(&self.tids).copied().collect();
        new.sort_unstable();
        self.found_threads += new.len() as u64;
        self.tids.extend(&new);
        new
    }

    /// Whether it has ended as a whole and was not waited for; one whose first thread alone has ended goes on.
    pub(super) fn is_zombie(&self) -> bool {
        self.state == b'Z' && self.threads <= 1
    }

    /// It has ended.
    pub(super) fn end(&mut self, tools: &mut Tools) {
        self.has_ended = true;
        self.threads = 0;
        self.stat.close(&mut tools.descriptors);
    }

    /// What goes into the ledger when it has ended.
    pub(super) fn as_ended(&self) -> EndedProcess {
        EndedProcess {
            pid: self.pid,
            parent: self.parent,
            cpu_ns: self.cpu.now_ns() + self.cpu.reaped_ns,
            unclaimed_ns: self.cpu.unclaimed_ns,
        }
    }

    /// For those who look on; `None` if it was not looked at yet.
    pub(super) fn look(&self) -> Option<ProcessLook> {
        self.started?;
        let cpu_ns = self.cpu.now_ns().saturating_sub(self.cpu.before_own_ns);
        Some(ProcessLook {
            pid: self.pid,
            parent: self.parent,
            is_root: self.is_root,
            name: Arc::clone(&self.name),
            command: Arc::clone(&self.command),
            exe: self.exe.clone(),
            started_ns: self.started_ns,
            threads: self.threads,
            cpu_s: seconds(cpu_ns),
            reaped_cpu_s: seconds(self.cpu.reaped_ns.saturating_sub(self.cpu.before_reaped_ns)),
            unseen_cpu_s: seconds(cpu_ns.saturating_sub(self.cpu.threads.counted_ns)),
            memory: self.memory,
            python: self.python.clone(),
            calls: self.sights.calls,
            has_ended: self.has_ended,
        })
    }

    /// What is kept of it; `None` if it was not looked at.
    pub(super) fn account(&self) -> Option<ProcessAccount> {
        let look = self.look()?;
        Some(ProcessAccount {
            pid: look.pid,
            parent: look.parent,
            name: look.name.to_string(),
            command: look.command.to_string(),
            started_ns: look.started_ns,
            has_ended: look.has_ended,
            cpu_s: look.cpu_s,
            unseen_cpu_s: look.unseen_cpu_s,
            threads: self.found_threads,
            memory: look.memory,
            python: look.python,
            calls: look.calls,
        })
    }
}

/// Nanoseconds as seconds.
pub(super) fn seconds(ns: u64) -> f64 {
    ns as f64 / 1e9
}

fn page_bytes() -> u64 {
    nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE).ok().flatten().map_or(4096, |bytes| bytes as u64)
}

/// CPU time of a process, of this machine's own `/proc` alone.
fn clock_ns(folder: &Path, pid: u32) -> Option<u64> {
    if folder.parent() != Some(Path::new("/proc")) {
        return None;
    }
    let time = ClockId::pid_cpu_clock_id(Pid::from_raw(i32::try_from(pid).ok()?)).ok()?.now().ok()?;
    Some(time.tv_sec() as u64 * 1_000_000_000 + time.tv_nsec() as u64)
}

/// Whether a program's calls have the numbers that this one's have; of one that may not be read it is taken to be so.
fn is_of_this_architecture(exe: &Path) -> bool {
    let head = |path: &Path| read_head(path, ELF_HEAD).ok().filter(|head| head.len() as u64 == ELF_HEAD);
    match (head(exe), head(Path::new("/proc/self/exe"))) {
        // Its class, and its machine.
        (Some(its), Some(own)) => its[4] == own[4] && its[18..20] == own[18..20],
        _ => true,
    }
}
