//! `threads`: a rayon thread pool, made for the trial and gone after it.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use rayon::iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::backend::board::Board;
use crate::backend::pool::{Backend, Broken, Departure, Notice, Pool, Unready};
use crate::backend::worker::{LazyJob, PreparedJob, Worker};
use crate::scenario::{Config, Schedule};
use crate::workload::IsWanted;

/// The threads of a trial.
struct ThreadsPool {
    left: Receiver<u32>,
    exited: Receiver<()>,
    pool: Option<ThreadPool>,
    workers: u32,
}

/// How long the end of a trial waits for its threads, which only a task that ignores its cancellation can hold.
const PATIENCE: Duration = Duration::from_millis(50);

/// Makes a pool for each trial.
pub(in crate::backend) struct Threads;

impl Backend for Threads {
    fn prepare(&self, job: &LazyJob, _: &Config, is_wanted: &IsWanted<'_>) -> Result<(), Unready> {
        job.prepare(is_wanted).map(drop)
    }

    fn start(&self, job: &LazyJob, board: &Arc<Board>) -> Result<Box<dyn Pool>, Broken> {
        let (exit, exited) = mpsc::channel();
        let door = Arc::new(OnceLock::new());
        let workers = board.spec().lanes;
        let pool = pool_behind(&door, workers, exit)?;
        let (leave, left) = mpsc::channel();
        let (board, prepared) = (Arc::clone(board), job.prepared()?);
        if board.spec().schedule == Schedule::Stealing {
            steal(&pool, board, prepared, leave);
        } else {
            pool.spawn_broadcast(move |context| {
                let worker = context.index() as u32;
                Worker::new(&board, &prepared, worker).work();
                let _ = leave.send(worker);
            });
        }
        door.get_or_init(|| ());
        Ok(Box::new(ThreadsPool { left, exited, pool: Some(pool), workers }))
    }
}

/// A pool of so many threads, which wait behind a door: thousands of threads that look around for work would take the
/// CPUs from the one that still starts the others.
///
/// # Errors
/// When the system refuses a thread.
fn pool_behind(door: &Arc<OnceLock<()>>, threads: u32, exit: Sender<()>) -> Result<ThreadPool, Broken> {
    let mut started = Vec::new();
    let built = ThreadPoolBuilder::new()
        .num_threads(threads as usize)
        .exit_handler(move |_| {
            let _ = exit.send(());
        })
        .spawn_handler(|thread| {
            let builder = std::thread::Builder::new().name(format!("worker-{}", thread.index()));
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
        Broken(format!("cannot start {threads} threads: {error}"))
    })
}

/// Lets rayon split the range: all threads come to the gate, then the first through it starts the iteration and
/// the others steal from it.
///
/// The iteration must not be handed to the pool from outside: a thread could come upon it before its own way to the
/// gate, and would wait there for a gate that does not open without it.
fn steal(pool: &ThreadPool, board: Arc<Board>, prepared: Arc<PreparedJob>, leave: Sender<u32>) {
    let started = AtomicBool::new(false);
    pool.spawn_broadcast(move |context| {
        let worker = Worker::new(&board, &prepared, context.index() as u32);
        worker.begin();
        if !started.swap(true, Relaxed) {
            let (board, prepared, leave) = (Arc::clone(&board), Arc::clone(&prepared), leave.clone());
            rayon::spawn(move || iterate(&board, &prepared, &leave));
        }
    });
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
        drop(self.pool.take());
        let until = Instant::now() + PATIENCE;
        for _ in 0..self.workers {
            if self.exited.recv_timeout(until.saturating_duration_since(Instant::now())).is_err() {
                break;
            }
        }
    }
}
