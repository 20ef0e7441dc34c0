//! `threads`: a thread a worker, made for the trial and gone after it.
//!
//! Where workers steal from each other they are a rayon thread pool, for stealing is what that does. Elsewhere they
//! are bare threads: a thread of a pool that has nothing to do looks for work at each of the others before it sleeps,
//! and thousands of them would be longer about that than about starting, working and ending.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use nix::unistd::{Pid, gettid};
use rayon::iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::backend::board::Board;
use crate::backend::pool::{Backend, Broken, Departure, Notice, Pool, Unready};
use crate::backend::worker::{LazyJob, PreparedJob, Worker};
use crate::machine::check_room_for_threads;
use crate::scenario::{Config, Schedule};
use crate::system::threads::wait_until_gone;
use crate::workload::IsWanted;

/// The threads of a trial.
struct ThreadsPool {
    left: Receiver<u32>,
    /// Threads that have come to their end, and are on their way out.
    exited: Receiver<Pid>,
    /// The pool whose threads they are, where they steal: it goes on until this is dropped.
    stealing: Option<ThreadPool>,
    workers: u32,
}

/// How long the end of a trial waits for its threads, which only a task that ignores its cancellation can hold.
const PATIENCE: Duration = Duration::from_millis(50);

/// Makes threads for each trial.
pub(in crate::backend) struct Threads;

impl Backend for Threads {
    fn prepare(&self, job: &LazyJob, _: &Config, is_wanted: &IsWanted<'_>) -> Result<(), Unready> {
        job.prepare(is_wanted).map(drop)
    }

    fn start(&self, job: &LazyJob, board: &Arc<Board>) -> Result<Box<dyn Pool>, Broken> {
        let (exit, exited) = mpsc::channel();
        let (leave, left) = mpsc::channel();
        let (board, prepared, workers) = (Arc::clone(board), job.prepared()?, board.spec().lanes);
        check_room_for_threads(workers).map_err(|why| refused(workers, &why))?;
        let stealing = match board.spec().schedule {
            Schedule::Stealing => Some(steal(board, prepared, leave, exit)?),
            _ => start_threads(&board, &prepared, &leave, &exit).map(|()| None)?,
        };
        Ok(Box::new(ThreadsPool { left, exited, stealing, workers }))
    }
}

/// Starts a thread for each lane, or none.
///
/// # Errors
/// When the system refuses a thread.
fn start_threads(
    board: &Arc<Board>,
    prepared: &Arc<PreparedJob>,
    leave: &Sender<u32>,
    exit: &Sender<Pid>,
) -> Result<(), Broken> {
    let workers = board.spec().lanes;
    let start = |worker: u32| {
        let (board, prepared) = (Arc::clone(board), Arc::clone(prepared));
        let (leave, exit) = (leave.clone(), exit.clone());
        std::thread::Builder::new().name(name(worker)).spawn(move || {
            // Told however the thread ends; dropped last.
            let _exit = Farewell(exit);
            Worker::new(&board, &prepared, worker).work();
            let _ = leave.send(worker);
        })
    };
    let mut started = Vec::new();
    for worker in 0..workers {
        match start(worker) {
            Ok(thread) => started.push(thread),
            Err(error) => {
                // Those that did start wait at the gate. Until they are gone, a smaller trial might be refused too.
                board.cancel();
                started.into_iter().for_each(|thread| drop(thread.join()));
                return Err(refused(workers, &error));
            }
        }
    }
    Ok(())
}

/// Tells which thread has come to its end.
struct Farewell(Sender<Pid>);

impl Drop for Farewell {
    fn drop(&mut self) {
        let _ = self.0.send(gettid());
    }
}

fn name(worker: u32) -> String {
    format!("worker-{worker}")
}

fn refused(threads: u32, error: &dyn std::fmt::Display) -> Broken {
    Broken(format!("cannot start {threads} threads: {error}"))
}

/// A pool of so many threads, which wait behind a door: thousands of threads that look around for work would take the
/// CPUs from the one that still starts the others.
///
/// # Errors
/// When the system refuses a thread.
fn pool_behind(door: &Arc<OnceLock<()>>, threads: u32, exit: Sender<Pid>) -> Result<ThreadPool, Broken> {
    let mut started = Vec::new();
    let built = ThreadPoolBuilder::new()
        .num_threads(threads as usize)
        .exit_handler(move |_| {
            let _ = exit.send(gettid());
        })
        .spawn_handler(|thread| {
            let builder = std::thread::Builder::new().name(name(thread.index() as u32));
            let door = Arc::clone(door);
            started.push(builder.spawn(move || {
                door.wait();
                thread.run();
            })?);
            Ok(())
        })
        .build();
    built.map_err(|error| {
        // Until those that did start are gone, a smaller trial might be refused too.
        door.get_or_init(|| ());
        started.into_iter().for_each(|thread| drop(thread.join()));
        refused(threads, &error)
    })
}

/// Lets rayon split the range: all threads come to the gate, then the first through it starts the iteration and
/// the others steal from it.
///
/// The iteration must not be handed to the pool from outside: a thread could come upon it before its own way to the
/// gate, and would wait there for a gate that does not open without it.
///
/// # Errors
/// When the system refuses a thread.
fn steal(
    board: Arc<Board>,
    prepared: Arc<PreparedJob>,
    leave: Sender<u32>,
    exit: Sender<Pid>,
) -> Result<ThreadPool, Broken> {
    let door = Arc::new(OnceLock::new());
    let pool = pool_behind(&door, board.spec().lanes, exit)?;
    let started = AtomicBool::new(false);
    pool.spawn_broadcast(move |context| {
        let worker = Worker::new(&board, &prepared, context.index() as u32);
        worker.begin();
        if !started.swap(true, Relaxed) {
            let (board, prepared, leave) = (Arc::clone(&board), Arc::clone(&prepared), leave.clone());
            rayon::spawn(move || iterate(&board, &prepared, &leave));
        }
    });
    door.get_or_init(|| ());
    Ok(pool)
}

/// Runs all positions on the pool that this is called in, and lets its threads leave.
fn iterate(board: &Board, prepared: &PreparedJob, leave: &Sender<u32>) {
    let (all, chunk) = (board.spec().tasks as usize, board.spec().chunk.unwrap_or(1) as usize);
    let here = || Worker::new(board, prepared, rayon::current_thread_index().unwrap_or(0) as u32);
    // Being cancelled is no error here: the engine, which asked for it, knows.
    let _ = (0..all)
        .into_par_iter()
        .with_min_len(chunk)
        .try_for_each_init(here, |worker, position| worker.run_position(position as u64));
    rayon::broadcast(|context| {
        here().end();
        let _ = leave.send(context.index() as u32);
    });
}

impl Pool for ThreadsPool {
    fn next(&mut self, timeout: Duration) -> Option<Notice> {
        let worker = self.left.recv_timeout(timeout).ok()?;
        Some(Notice::Left { worker, pid: 0, how: Departure::Exit(0) })
    }

    fn replace(&mut self, _: u32) -> Result<(), Broken> {
        Err(Broken("a thread cannot be lost alone".to_owned()))
    }

    fn kill(&mut self) {}
}

impl Drop for ThreadsPool {
    fn drop(&mut self) {
        // The next trial must not share the machine with threads of this one that are still on their way out.
        drop(self.stealing.take());
        let until = Instant::now() + PATIENCE;
        let left = || until.saturating_duration_since(Instant::now());
        let exited: Vec<Pid> = (0..self.workers).map_while(|_| self.exited.recv_timeout(left()).ok()).collect();
        wait_until_gone(&exited, until);
    }
}
