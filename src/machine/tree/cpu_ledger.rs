//! The CPU time of processes that have ended: counted once, wherever it went.
//!
//! A process that waits for a child that ended has the child's time on its own account from then on. It has not where it
//! ignores the signal that tells of children, and where the one that waits is none of those that are watched: then what
//! was last seen counts, or what the one that waited says. Nothing is read here.

use std::collections::HashMap;

use super::tracked_thread::TICK_NS;

/// A process that has ended, as it was last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EndedProcess {
    pub(super) pid: u32,
    pub(super) parent: u32,
    /// Its CPU time and that of the children it waited for.
    pub(super) cpu_ns: u64,
    /// What of that is of children that were not found to have ended before.
    pub(super) unclaimed_ns: u64,
}

/// CPU time of processes that have ended and that no living one has on its account.
#[derive(Debug, Default)]
pub(super) struct CpuLedger {
    /// By process; with its parent.
    ended: HashMap<u32, (u32, u64)>,
    /// Of children that a living process did not wait for.
    unclaimed_ns: u64,
}

/// What may be missing of two accounts that are kept in whole ticks, by process.
const ROUNDING_NS: u64 = 3 * TICK_NS;

impl CpuLedger {
    /// Takes in processes that were found to have ended. `claim(A, ns)` says how much of so much CPU time a process has
    /// on its account of children, and not been asked for before; `None` if it is not one of those that are watched.
    pub(super) fn enter(&mut self, ended: &[EndedProcess], mut claim: impl FnMut(u32, u64) -> Option<u64>) {
        let mut by_heir: HashMap<u32, Vec<&EndedProcess>> = HashMap::new();
        for process in ended {
            by_heir.entry(heir(process, ended)).or_default().push(process);
        }
        for (heir, processes) in by_heir {
            let all_ns = sum_of(&processes);
            match claim(heir, all_ns) {
                Some(claimed_ns) => {
                    let missing_ns = all_ns.saturating_sub(claimed_ns);
                    if missing_ns > ROUNDING_NS * processes.len() as u64 {
                        self.unclaimed_ns += missing_ns;
                    }
                }
                None => self.ended.extend(processes.iter().map(|process| {
                    let below = processes.iter().filter(|other| other.parent == process.pid);
                    let theirs_ns: u64 = below.map(|other| other.cpu_ns).sum();
                    (process.pid, (process.parent, process.cpu_ns - theirs_ns.min(process.unclaimed_ns)))
                })),
            }
        }
    }

    /// What the one that waited for a process was told: its CPU time with that of the children it waited for.
    pub(super) fn tell(&mut self, pid: u32, cpu_ns: u64) {
        let below: Vec<u32> =
            self.ended.keys().copied().filter(|&other| other != pid && self.leads_to(other, pid)).collect();
        let theirs_ns: u64 = below.iter().map(|other| self.ended[other].1).sum();
        let (parent, own_ns) = self.ended.get(&pid).copied().unwrap_or_default();
        if cpu_ns + ROUNDING_NS * (1 + below.len() as u64) >= own_ns + theirs_ns {
            for other in below {
                self.ended.remove(&other);
            }
        }
        self.ended.insert(pid, (parent, cpu_ns));
    }

    /// All of it, in nanoseconds.
    pub(super) fn ns(&self) -> u64 {
        self.unclaimed_ns + self.ended.values().map(|(_, ns)| ns).sum::<u64>()
    }

    /// Whether parents that have ended lead from a process to another.
    fn leads_to(&self, from: u32, to: u32) -> bool {
        let parent = |pid: &u32| self.ended.get(pid).map(|(parent, _)| *parent);
        // A number that was given anew must not lead in a circle.
        std::iter::successors(Some(from), parent).take(self.ended.len() + 1).any(|pid| pid == to)
    }
}

/// CPU time of processes that have ended together: of children that a parent among them has on its account, once.
fn sum_of(processes: &[&EndedProcess]) -> u64 {
    let all_ns: u64 = processes.iter().map(|process| process.cpu_ns).sum();
    let twice_ns = processes.iter().map(|process| {
        let below = processes.iter().filter(|other| other.parent == process.pid);
        below.map(|other| other.cpu_ns).sum::<u64>().min(process.unclaimed_ns)
    });
    all_ns.saturating_sub(twice_ns.sum())
}

/// The nearest process above that has not ended with it.
fn heir(process: &EndedProcess, ended: &[EndedProcess]) -> u32 {
    let mut heir = process.parent;
    for _ in ended {
        match ended.iter().find(|other| other.pid == heir) {
            Some(above) => heir = above.parent,
            None => break,
        }
    }
    heir
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: u64 = 1_000_000_000;

    fn ended(pid: u32, parent: u32, s: u64) -> EndedProcess {
        EndedProcess { pid, parent, cpu_ns: s * S, unclaimed_ns: 0 }
    }

    #[test]
    fn what_a_living_parent_has_on_its_account_is_not_counted_again() {
        let mut ledger = CpuLedger::default();
        ledger.enter(&[ended(3, 2, 5), ended(4, 2, 1)], |heir, ns| (heir == 2).then_some(ns));
        assert_eq!(ledger.ns(), 0);
        // Its accounts are in whole ticks.
        ledger.enter(&[ended(5, 2, 5)], |_, ns| Some(ns - 2 * TICK_NS));
        assert_eq!(ledger.ns(), 0);
    }

    #[test]
    fn what_a_living_parent_did_not_wait_for_counts() {
        let mut ledger = CpuLedger::default();
        ledger.enter(&[ended(3, 2, 5), ended(4, 2, 1)], |_, _| Some(S));
        assert_eq!(ledger.ns(), 5 * S);
    }

    #[test]
    fn what_ended_together_is_its_heirs() {
        let mut ledger = CpuLedger::default();
        let mut asked = Vec::new();
        ledger.enter(&[ended(4, 3, 5), ended(3, 2, 1), ended(9, 1, 2)], |heir, ns| {
            asked.push((heir, ns / S));
            (heir == 2).then_some(ns)
        });
        asked.sort_unstable();
        assert_eq!(asked, [(1, 2), (2, 6)]);
        assert_eq!(ledger.ns(), 2 * S);
        // A circle, by numbers that were given anew.
        ledger.enter(&[ended(20, 21, 1), ended(21, 20, 1)], |_, _| None);
        assert_eq!(ledger.ns(), 4 * S);
    }

    #[test]
    fn what_a_parent_that_ended_too_has_on_its_account_counts_once() {
        let processes = [ended(4, 3, 5), EndedProcess { unclaimed_ns: 4 * S, ..ended(3, 1, 6) }];
        for heir in [1, 2] {
            let mut ledger = CpuLedger::default();
            let mut asked_ns = 0;
            ledger.enter(&processes, |_, ns| {
                asked_ns = ns;
                (heir == 2).then_some(0)
            });
            assert_eq!((asked_ns, ledger.ns()), (7 * S, 7 * S), "{heir}");
        }
    }

    #[test]
    fn what_the_one_that_waited_says_replaces_what_was_seen() {
        let mut ledger = CpuLedger::default();
        ledger.enter(&[ended(3, 1, 5)], |_, _| None);
        ledger.tell(3, 6 * S);
        assert_eq!(ledger.ns(), 6 * S);
        ledger.tell(8, 2 * S);
        assert_eq!(ledger.ns(), 8 * S, "of one that was never seen");
    }

    #[test]
    fn children_are_in_what_is_told_of_their_parent_if_it_waited_for_them() {
        for (told, all) in [(8, 8), (5, 8)] {
            let mut ledger = CpuLedger::default();
            ledger.enter(&[ended(4, 3, 3), ended(3, 1, 5)], |_, _| None);
            assert_eq!(ledger.ns(), 8 * S);
            ledger.tell(3, told * S);
            assert_eq!(ledger.ns(), all * S, "{told}");
        }
    }
}
