//! A thread that is looked at again and again: what it does now, and what its files tell of it.
//!
//! Its account with the scheduler is read each time. As long as that stays the same the thread has not run, so that it
//! still sleeps where it slept; only of one that has run the dearer files are read.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::call::InKernel;
use super::kept_files::{Descriptors, KeptFile, Mute, Rank};
use super::look::{CallSight, ThreadAccount, ThreadLook};
use super::state::ThreadState;
use super::thread_life::ThreadLife;
use crate::foreign;
use crate::machine::task_stat::TaskStat;
use crate::system::schedule_account::ScheduleTimes;

/// A tick of the clock in which `stat` counts: `USER_HZ` is 100 on all architectures of today but Alpha.
pub(super) const TICK_NS: u64 = 10_000_000;

/// After so long a thread's name, CPU and state are looked up again, whether it has run or not; of a young one, which may
/// not have its name yet, sooner.
const STALE_NS: u64 = 1_000_000_000;
const STALE_YOUNG_NS: u64 = 50_000_000;

/// One that sleeps has its name from another thread at most, and its state and CPU stay the same.
const STALE_ASLEEP_NS: u64 = 10_000_000_000;

/// A thread that has not run for so long is looked at ten times a second at most: it costs as much, and tells less.
const IDLE_NS: u64 = 1_000_000_000;
const IDLE_PACE_NS: u64 = 90_000_000;

/// What a look needs.
#[derive(Debug)]
pub(super) struct Tools {
    pub(super) now_ns: u64,
    pub(super) descriptors: Descriptors,
    pub(super) bytes: Vec<u8>,
    /// Whether the kernel keeps exact accounts of threads.
    pub(super) has_accounts: bool,
    /// What the clock of starts is ahead of the clock of looks.
    pub(super) boot_ahead_ns: u64,
    /// What began before this counts from when it is first seen; 0 where everything counts.
    pub(super) counted_from_ns: u64,
}

impl Tools {
    /// When something started, by the clock of looks.
    pub(super) fn started_ns(&self, ticks: u64) -> u64 {
        ticks.saturating_mul(TICK_NS).saturating_sub(self.boot_ahead_ns)
    }
}

/// What can be seen of the threads of a process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sights {
    /// Where the global interpreter lock lies.
    pub(super) gil: Option<Range<u64>>,
    /// Whether it is seen in which calls they sleep.
    pub(super) calls: CallSight,
}

/// A thread, and what is known of it.
#[derive(Debug)]
pub(super) struct TrackedThread {
    pub(super) pid: u32,
    pub(super) tid: u32,
    name: Arc<str>,
    started_ns: u64,
    time: ThreadLife,
    /// Its account when it was read last, and what of that is not counted.
    account: ScheduleTimes,
    before: ScheduleTimes,
    cpu: u32,
    /// What it slept in last, by what is told: a call that was interrupted does not say so when it goes on.
    slept_in: Option<ThreadState>,
    /// Voluntary and involuntary.
    switches: Option<[u64; 2]>,
    /// When it was looked at last; `None` if it was not yet.
    pub(super) seen_ns: Option<u64>,
    /// The last look for which its files were read.
    read_ns: u64,
    stat_ns: u64,
    /// When it was last seen to have run.
    ran_at_ns: u64,
    /// Whether its state was looked up since it ran last.
    is_settled: bool,
    schedstat: KeptFile,
    syscall: KeptFile,
    stat: KeptFile,
}

impl TrackedThread {
    /// Nothing is read yet.
    pub(super) fn new(proc: &Path, pid: u32, tid: u32) -> Self {
        let folder = proc.join(format!("{pid}/task/{tid}"));
        Self {
            pid,
            tid,
            name: Arc::from(""),
            started_ns: 0,
            time: ThreadLife::new(0),
            account: ScheduleTimes::default(),
            before: ScheduleTimes::default(),
            cpu: 0,
            slept_in: None,
            switches: None,
            seen_ns: None,
            read_ns: 0,
            stat_ns: 0,
            ran_at_ns: 0,
            is_settled: false,
            schedstat: KeptFile::new(folder.join("schedstat"), Rank::First),
            syscall: KeptFile::new(folder.join("syscall"), Rank::Second),
            stat: KeptFile::new(folder.join("stat"), Rank::Third),
        }
    }

    /// Whether looking at it can wait for the next look.
    pub(super) fn can_wait(&self, now_ns: u64) -> bool {
        let is_fresh = self.seen_ns.is_some_and(|seen_ns| now_ns.saturating_sub(seen_ns) < IDLE_PACE_NS);
        is_fresh && now_ns.saturating_sub(self.ran_at_ns) >= IDLE_NS
    }

    /// Whether it is known to sleep on where its files say that it does, since no thread of its process has run since the
    /// look at `ran_before_ns`.
    pub(super) fn sleeps_on(&self, ran_before_ns: u64) -> bool {
        self.is_settled && !self.time.state().is_awake() && self.read_ns >= ran_before_ns
    }

    /// It was found to sleep on, without a look at its files.
    pub(super) fn sleep_on(&mut self, now_ns: u64) {
        let (ran_ns, queued_ns) = self.counted();
        self.time.advance(now_ns, ran_ns, queued_ns, self.time.state());
        self.seen_ns = Some(now_ns);
    }

    /// Looks at it. Threads that have ended are not looked at any more.
    pub(super) fn visit(&mut self, tools: &mut Tools, sights: &mut Sights) {
        if self.has_ended() {
            return;
        }
        match self.try_visit(tools, sights) {
            Ok(()) => (self.seen_ns, self.read_ns) = (Some(tools.now_ns), tools.now_ns),
            Err(Mute::Gone) => self.end(tools),
            // It is looked at again later.
            Err(Mute::Refused | Mute::NotNow | Mute::Unknown) => {}
        }
    }

    fn try_visit(&mut self, tools: &mut Tools, sights: &mut Sights) -> Result<(), Mute> {
        let is_first = self.seen_ns.is_none();
        let mut stat = None;
        if is_first || !tools.has_accounts {
            stat = Some(self.read_stat(tools)?);
        }
        let account = self.read_account(tools, stat)?;
        if is_first {
            self.begin(tools, stat.unwrap_or_default(), account);
        }
        if !self.may_have(&account, tools.now_ns) {
            return Err(Mute::Gone);
        }
        let gained = Gained::between(&self.account, &account);
        if gained.any() && stat.is_none() && self.is_stale(tools.now_ns) {
            stat = self.read_stat(tools).ok();
        }
        let state = if is_first || gained.any() {
            self.ran_at_ns = tools.now_ns;
            // What it sleeps in cannot have changed since its letter was read unless it has run, which will be seen.
            self.is_settled = stat.is_some_and(|stat| stat.state == b'S');
            self.state_anew(tools, sights, gained, stat)
        } else {
            self.state_again(tools, sights)
        };
        if matches!(state, ThreadState::InCall(_) | ThreadState::OnLock | ThreadState::WaitingForGil) {
            self.slept_in = Some(state);
        }
        self.account = account;
        let (ran_ns, queued_ns) = self.counted();
        if state.has_ended() {
            self.time.end(Some((ran_ns, queued_ns)), state);
        } else {
            self.time.advance(tools.now_ns, ran_ns, queued_ns, state);
        }
        Ok(())
    }

    /// Whether an account can be this thread's: else it is of another that bears its number now, as when a thread other
    /// than the first executes a program.
    fn may_have(&self, account: &ScheduleTimes, now_ns: u64) -> bool {
        let Some(seen_ns) = self.seen_ns else { return true };
        // The one that looks may itself have waited for a CPU since it read the time.
        let most_ns = now_ns.saturating_sub(seen_ns) + 1_000_000_000;
        account.ran_ns.checked_sub(self.account.ran_ns).is_some_and(|gained_ns| gained_ns <= most_ns)
    }

    fn begin(&mut self, tools: &Tools, stat: TaskStat, account: ScheduleTimes) {
        self.started_ns = tools.started_ns(stat.started);
        if self.started_ns < tools.counted_from_ns {
            self.before = account;
            self.time = ThreadLife::new(tools.now_ns);
        } else {
            // Starts are told in whole ticks.
            self.time = ThreadLife::new((self.started_ns + TICK_NS / 2).min(tools.now_ns));
        }
    }

    /// Nanoseconds that it ran and was queued, of those that count.
    pub(super) fn counted(&self) -> (u64, u64) {
        let ran = self.account.ran_ns.saturating_sub(self.before.ran_ns);
        (ran, self.account.runnable_ns.saturating_sub(self.before.runnable_ns))
    }

    /// What it does, of a thread that has run since it was looked at before.
    fn state_anew(
        &mut self,
        tools: &mut Tools,
        sights: &mut Sights,
        gained: Gained,
        stat: Option<TaskStat>,
    ) -> ThreadState {
        let in_kernel = if sights.calls == CallSight::Seen { self.read_syscall(tools, sights) } else { None };
        let asleep = match in_kernel {
            Some(InKernel::Runnable) => return gained.awake(),
            Some(InKernel::Call(call, _)) if call.is_restart() => self.slept_in.unwrap_or(ThreadState::InCall(call)),
            Some(InKernel::Call(call, at)) if call.is_futex() => {
                let is_gil = sights.gil.as_ref().is_some_and(|gil| gil.contains(&at));
                return if is_gil { ThreadState::WaitingForGil } else { ThreadState::OnLock };
            }
            Some(InKernel::Call(call, _)) if !call.may_be_on_disk() => return ThreadState::InCall(call),
            Some(InKernel::Call(call, _)) => ThreadState::InCall(call),
            Some(InKernel::Elsewhere) | None => ThreadState::Asleep,
        };
        let stat = stat.or_else(|| self.read_stat(tools).ok());
        stat.map_or(asleep, |stat| by_letter(stat.state, gained.awake(), asleep))
    }

    /// What it does, of a thread that has not run since it was looked at before: if it slept, it still does, or could run
    /// and has no CPU yet.
    fn state_again(&mut self, tools: &mut Tools, sights: &mut Sights) -> ThreadState {
        let before = self.time.state();
        let is_stale = self.is_stale(tools.now_ns);
        if before.is_awake() && !is_stale {
            let since_ns = tools.now_ns.saturating_sub(self.seen_ns.unwrap_or(tools.now_ns));
            return if since_ns < TICK_NS { before } else { ThreadState::Queued };
        }
        if self.is_settled && tools.now_ns.saturating_sub(self.stat_ns) < STALE_ASLEEP_NS {
            return before;
        }
        self.is_settled = true;
        let Ok(stat) = self.read_stat(tools) else { return before };
        match by_letter(stat.state, ThreadState::Queued, ThreadState::Asleep) {
            ThreadState::Asleep
                if before.is_awake() || matches!(before, ThreadState::Stopped | ThreadState::OnDisk) =>
            {
                self.state_anew(tools, sights, Gained::default(), Some(stat))
            }
            ThreadState::Asleep => before,
            other => other,
        }
    }

    fn is_stale(&self, now_ns: u64) -> bool {
        let age_ns = now_ns.saturating_sub(self.started_ns);
        now_ns.saturating_sub(self.stat_ns) >= (age_ns / 4).clamp(STALE_YOUNG_NS, STALE_NS)
    }

    fn read_account(&mut self, tools: &mut Tools, stat: Option<TaskStat>) -> Result<ScheduleTimes, Mute> {
        if let (false, Some(stat)) = (tools.has_accounts, stat) {
            return Ok(ScheduleTimes { ran_ns: stat.ticks * TICK_NS, ..ScheduleTimes::default() });
        }
        let line = self.schedstat.read(&mut tools.descriptors, &mut tools.bytes)?;
        ScheduleTimes::parse(line).ok_or(Mute::Gone)
    }

    fn read_syscall(&mut self, tools: &mut Tools, sights: &mut Sights) -> Option<InKernel> {
        match self.syscall.read(&mut tools.descriptors, &mut tools.bytes) {
            Ok(line) => InKernel::parse(line),
            Err(why) => {
                if why == Mute::Refused {
                    sights.calls = CallSight::Refused;
                }
                None
            }
        }
    }

    fn read_stat(&mut self, tools: &mut Tools) -> Result<TaskStat, Mute> {
        let line = self.stat.read(&mut tools.descriptors, &mut tools.bytes)?;
        let (stat, name) = (TaskStat::parse(line).ok_or(Mute::Gone)?, TaskStat::name(line).unwrap_or_default());
        if self.name.as_bytes() != name {
            self.name = Arc::from(foreign::bytes(name));
        }
        self.cpu = stat.cpu;
        self.stat_ns = tools.now_ns;
        Ok(stat)
    }

    /// It has ended: what it took after the last look is its process's alone.
    pub(super) fn end(&mut self, tools: &mut Tools) {
        self.time.end(None, ThreadState::Gone);
        for file in [&mut self.schedstat, &mut self.syscall, &mut self.stat] {
            file.close(&mut tools.descriptors);
        }
    }

    /// Whether its number may be another's now.
    pub(super) fn has_ended(&self) -> bool {
        self.time.state() == ThreadState::Gone
    }

    /// Nanoseconds that it ran, of all its life.
    pub(super) fn ran_ns(&self) -> u64 {
        self.account.ran_ns
    }

    /// Takes in how often it gave up its CPU, and how often that was taken from it.
    pub(super) fn note_switches(&mut self, switches: [u64; 2]) {
        self.switches = Some(switches);
    }

    /// What it does, for those who look on; `None` if it was not looked at yet.
    pub(super) fn look(&self, now_ns: u64) -> Option<ThreadLook> {
        let seen_ns = self.seen_ns?;
        Some(ThreadLook {
            pid: self.pid,
            tid: self.tid,
            name: Arc::clone(&self.name),
            state: self.time.state(),
            seconds: self.time.seconds(),
            cpu: self.cpu,
            turns: self.account.turns,
            switches: self.switches,
            started_ns: self.started_ns,
            age_ns: now_ns.saturating_sub(seen_ns),
        })
    }

    /// What is kept of it; `None` if it was not looked at.
    pub(super) fn account(&self) -> Option<ThreadAccount> {
        let seen_ns = self.seen_ns?;
        Some(ThreadAccount {
            pid: self.pid,
            tid: self.tid,
            name: self.name.to_string(),
            started_ns: self.started_ns,
            last_seen_ns: seen_ns,
            seconds: self.time.seconds(),
            calls: self.time.calls().into_iter().map(|(call, s)| (call.to_string(), s)).collect(),
            turns: self.account.turns,
            switches: self.switches,
        })
    }
}

/// What was added to a thread's account.
#[derive(Debug, Clone, Copy, Default)]
struct Gained {
    ran_ns: u64,
    queued_ns: u64,
    turns: u64,
}

impl Gained {
    fn between(before: &ScheduleTimes, now: &ScheduleTimes) -> Self {
        Self {
            ran_ns: now.ran_ns.saturating_sub(before.ran_ns),
            queued_ns: now.runnable_ns.saturating_sub(before.runnable_ns),
            turns: now.turns.saturating_sub(before.turns),
        }
    }

    fn any(self) -> bool {
        self.ran_ns > 0 || self.queued_ns > 0 || self.turns > 0
    }

    /// Of a thread that could run, what it mostly did.
    fn awake(self) -> ThreadState {
        if self.ran_ns > 0 && self.ran_ns >= self.queued_ns { ThreadState::Running } else { ThreadState::Queued }
    }
}

/// What the letter of a state means.
fn by_letter(letter: u8, awake: ThreadState, asleep: ThreadState) -> ThreadState {
    match letter {
        b'R' => awake,
        b'D' => ThreadState::OnDisk,
        b'T' | b't' => ThreadState::Stopped,
        b'Z' | b'X' | b'x' => ThreadState::Zombie,
        _ => asleep,
    }
}
