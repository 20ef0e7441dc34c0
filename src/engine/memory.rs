//! What the processes of a trial take up in memory while it goes on: sampled at the gate, a few times a second from
//! then on, and once more when all tasks are done and all workers still there.
//!
//! It is the proportional set size: a page that three processes share counts as a third of a page for each. So the sum
//! over all processes is what the machine has to give, and nothing is counted twice. Looking costs the processes time,
//! so only kinds whose lesson it is are looked at, and no more than a twentieth of the time is spent on it.

use std::time::{Duration, Instant};

use crate::backend::Board;
use crate::machine;
use crate::record::{MemoryCourse, ProcessMemory};
use crate::system::clock::thread_cpu_time;

/// Samples kept of a trial; when there are more, each second one is dropped, and they are taken half as often.
const SAMPLES_MAX: usize = 64;
/// Processes of which there is a course each; those beyond count in the sum alone.
const PROCESSES_MAX: usize = 64;
/// The shortest time from one sample to the next.
const EVERY: Duration = Duration::from_millis(50);
/// What may be spent on looking: one part of the time in so many.
const THRIFT: u32 = 20;

/// Watches the processes of a trial.
pub(super) struct MemoryWatch<'a> {
    board: &'a Board,
    processes: Vec<Process>,
    /// The process that forked the others.
    parent: Option<u32>,
    course: MemoryCourse,
    begun: Option<Instant>,
    is_over: bool,
    every: Duration,
    due: Instant,
}

/// A process with workers.
struct Process {
    workers: Vec<u32>,
    /// The thread that its first worker is, or was when last seen.
    thread: u32,
    pid: Option<u32>,
}

impl<'a> MemoryWatch<'a> {
    /// Watches all workers of a board, who must stand at its gate, and the process that forked them, if one did.
    pub(super) fn new(board: &'a Board, parent: Option<u32>) -> Self {
        let mut processes: Vec<Process> = Vec::new();
        for worker in 0..board.spec().lanes {
            let thread = board.read_lane(worker).pid;
            let pid = machine::process_of(thread);
            match processes.iter_mut().find(|process| process.pid == pid && pid.is_some()) {
                Some(process) => process.workers.push(worker),
                None => processes.push(Process { workers: vec![worker], thread, pid }),
            }
        }
        let told = processes.iter().take(PROCESSES_MAX);
        let course = MemoryCourse {
            processes: told.map(|p| ProcessMemory { workers: p.workers.clone(), bytes: Vec::new() }).collect(),
            parent_bytes: parent.map(|_| Vec::new()),
            ..MemoryCourse::default()
        };
        Self { board, processes, parent, course, begun: None, is_over: false, every: EVERY, due: Instant::now() }
    }

    /// Says that the gate is open: from now on time is counted.
    pub(super) fn begin(&mut self) {
        self.begun = Some(Instant::now());
    }

    /// Whether it is time for the next sample.
    pub(super) fn is_due(&self) -> bool {
        Instant::now() >= self.due
    }

    /// Says that the last sample was taken: the workers may go.
    pub(super) fn end(&mut self) {
        self.is_over = true;
    }

    /// Whether the last sample was taken.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Takes a sample, and gives the course so far.
    pub(super) fn sample(&mut self) -> &MemoryCourse {
        // The clock on the wall would also count what this thread waits for a CPU.
        let looked = thread_cpu_time();
        let at_s = self.begun.map_or(0.0, |begun| begun.elapsed().as_secs_f64());
        let mut total = 0;
        for (index, process) in self.processes.iter_mut().enumerate() {
            let bytes = process.look(self.board);
            total += bytes;
            if let Some(told) = self.course.processes.get_mut(index) {
                told.bytes.push(bytes);
            }
        }
        if let (Some(pid), Some(told)) = (self.parent, &mut self.course.parent_bytes) {
            let bytes = machine::pss_bytes(pid).unwrap_or(0);
            total += bytes;
            told.push(bytes);
        }
        self.course.at_s.push(at_s);
        self.course.total_bytes.push(total);
        self.course.peak_bytes = self.course.peak_bytes.max(total);
        if self.course.at_s.len() > SAMPLES_MAX {
            self.course.thin_out();
            self.every *= 2;
        }
        self.due = Instant::now() + self.every.max(thread_cpu_time().saturating_sub(looked) * THRIFT);
        &self.course
    }

    /// The course of the whole trial; `None` if the kernel told nothing.
    pub(super) fn close(self) -> Option<MemoryCourse> {
        (self.course.peak_bytes > 0).then_some(self.course)
    }
}

impl Process {
    /// What it takes up; 0 when it is gone.
    fn look(&mut self, board: &Board) -> u64 {
        let thread = self.workers.first().map_or(0, |&worker| board.read_lane(worker).pid);
        if thread != self.thread {
            // Its worker was replaced.
            self.thread = thread;
            self.pid = machine::process_of(thread);
        }
        self.pid.and_then(machine::pss_bytes).unwrap_or(0)
    }
}
