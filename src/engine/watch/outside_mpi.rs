//! What a rank does outside of MPI, from look to look: of one beside this process the kernel says it; one elsewhere tells
//! its CPU time.

use super::threads::{SecondsDoing, ThreadBook, activity};
use crate::machine::tree::ThreadLook;
use crate::mpi::{Elsewhere, RankLook};
use crate::record::Activity;

/// Less CPU time is no work of a thread: those that MPIs have of their own look around now and then.
const AT_WORK_S: f64 = 0.01;
/// For so long after that a thread is taken to be at work, in nanoseconds.
const AT_WORK_NS: u64 = 2_000_000_000;

/// The process of a rank: which of those elsewhere, and its number there.
pub(super) type RankProcess = (Option<u32>, u32);

/// Whose the look is.
pub(super) fn process(rank: &RankLook) -> RankProcess {
    (rank.elsewhere.as_ref().map(|elsewhere| elsewhere.number), rank.pid)
}

/// The thread of a rank that is beside this process.
pub(super) fn thread_of<'a>(rank: &RankLook, threads: &'a ThreadBook) -> Option<&'a ThreadLook> {
    threads.thread(rank.tid).filter(|_| rank.elsewhere.is_none())
}

/// What a rank did outside of MPI. Its time there goes to what it was seen in, where it was outside from one look to the
/// next; between calls it was seen in something else.
#[derive(Debug)]
pub(super) struct OutsideMpi {
    told_s: f64,
    /// Seconds by what it did.
    pub(super) seconds: SecondsDoing,
    /// What it was seen in last, or computing.
    pub(super) doing: Activity,
    /// Calls until the last look, where it was in none.
    out_since: Option<u64>,
    /// CPU seconds of its other threads, and when these were last seen to grow.
    beside: (f64, u64),
    /// Of one elsewhere: its CPU nanoseconds when it last told, and when that was.
    ran: (u64, u64),
}

impl Default for OutsideMpi {
    fn default() -> Self {
        Self {
            told_s: 0.0,
            seconds: SecondsDoing::default(),
            doing: Activity::Running,
            out_since: None,
            beside: (0.0, 0),
            ran: (0, 0),
        }
    }
}

impl OutsideMpi {
    /// Takes in a look at the rank, that has been outside of MPI for so many seconds in all.
    pub(super) fn see(&mut self, rank: &RankLook, outside_s: f64, threads: &ThreadBook) {
        let out = Some(rank.calls).filter(|_| rank.call.is_none());
        let was_out = std::mem::replace(&mut self.out_since, out);
        let seen = match &rank.elsewhere {
            Some(elsewhere) => self.by_cpu_time(elsewhere),
            None => thread_of(rank, threads).map(|thread| activity(thread.state)),
        };
        let seen = seen.filter(|seen| out.is_some() && out == was_out && *seen != Activity::Idle);
        self.doing = seen.unwrap_or(Activity::Running);
        self.seconds[self.doing as usize] += (outside_s - self.told_s).max(0.0);
        self.told_s = self.told_s.max(outside_s);
    }

    /// Whether another thread of it computes, and may come to answer. To be asked after each look.
    pub(super) fn has_company(&mut self, rank: &RankLook, at_ns: u64, threads: &ThreadBook) -> bool {
        let beside_s = match &rank.elsewhere {
            Some(elsewhere) => elsewhere.ran_beside_ns as f64 * 1e-9,
            None => threads.ran_beside_s(rank.pid, rank.tid),
        };
        if beside_s > self.beside.0 + AT_WORK_S {
            self.beside = (beside_s, at_ns);
        }
        at_ns < self.beside.1 + AT_WORK_NS
    }

    /// It runs where it used a CPU for half of the time since it last told.
    fn by_cpu_time(&mut self, elsewhere: &Elsewhere) -> Option<Activity> {
        let (before_ns, told_ns) = std::mem::replace(&mut self.ran, (elsewhere.ran_ns, elsewhere.told_ns));
        let between_ns = elsewhere.told_ns.checked_sub(told_ns).filter(|_| told_ns > 0)?;
        if between_ns == 0 {
            return Some(self.doing);
        }
        let is_running = 2 * elsewhere.ran_ns.saturating_sub(before_ns) >= between_ns;
        Some(if is_running { Activity::Running } else { Activity::Blocked })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(ran_ns: u64, told_ns: u64) -> Elsewhere {
        Elsewhere { number: 0, node: "b".into(), clock_ns: 1, told_ns, ran_ns, ran_beside_ns: 0 }
    }

    #[test]
    fn a_rank_elsewhere_runs_where_it_used_a_cpu_for_half_of_the_time() {
        let mut outside = OutsideMpi::default();
        let seen = [(0, 100), (60, 200), (60, 200), (100, 300), (100, 400), (150, 500)];
        let seen = seen.map(|(ran_ns, told_ns)| {
            let did = outside.by_cpu_time(&told(ran_ns, told_ns));
            outside.doing = did.unwrap_or(Activity::Running);
            did
        });
        let (runs, waits) = (Some(Activity::Running), Some(Activity::Blocked));
        assert_eq!(seen, [None, runs, runs, waits, waits, runs], "what was told once more says nothing new");
    }
}
