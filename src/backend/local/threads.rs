//! `threads`: a rayon thread pool, made for the trial and gone after it.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use rayon::iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::backend::board::Board;
use crate::backend::pool::{Broken, Departure, Notice, Pool};
use crate::backend::worker::{PreparedJob, Worker};
use crate::scenario::Schedule;

/// The threads of a trial.
struct ThreadsPool {
    left: Receiver<u32>,
    exited: Receiver<()>,
    pool: Option<ThreadPool>,
    workers: u32,
}

/// How long the end of a trial waits for its threads, which only a task that ignores its cancellation can hold.
const PATIENCE: Duration = Duration::from_millis(50);

/// Makes a pool of as many threads as the board has lanes; they come to the gate.
///
/// # Errors
/// When the system refuses a thread.
pub(in crate::backend) fn start(board: &Arc<Board>, prepared: &Arc<PreparedJob>) -> Result<Box<dyn Pool>, Broken> {
    let workers = board.shape().workers;
    let (exit, exited) = mpsc::channel();
    // Nobody is let into the pool before there is something to do: thousands of threads that look around for work
    // take the CPUs from the one that still starts the others.
    let door = Arc::new(OnceLock::new());
    let mut started = Vec::new();
    let built = ThreadPoolBuilder::new()
        .num_threads(workers as usize)
        .exit_handler(move |_| {
            let _ = exit.send(());
        })
        .spawn_handler(|thread| {
            let builder = std::thread::Builder::new().name(format!("worker-{}", thread.index()));
            let door = Arc::clone(&door);
            started.push(builder.spawn(move || {
                door.wait();
                thread.run();
            })?);
            Ok(())
        })
        .build();
    let pool = built.map_err(|error| {
        // Until those that did start are gone, a smaller trial might be refused too.
        door.get_or_init(|| ());
        started.into_iter().for_each(|thread| drop(thread.join()));
        Broken(format!("cannot start {workers} threads: {error}"))
    })?;
    let (leave, left) = mpsc::channel();
    let (board, prepared) = (Arc::clone(board), Arc::clone(prepared));
    if board.shape().schedule == Schedule::Stealing {
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

/// Lets rayon split the range: all threads come to the gate, then the first through it starts the iteration and
/// the others steal from it.
///
/// The iteration must not be handed to the pool from outside: a thread could come upon it before its own way to the
/// gate, and would wait there for a gate that does not open without it.
fn steal(pool: &ThreadPool, board: Arc<Board>, prepared: Arc<PreparedJob>, leave: Sender<u32>) {
    let started = AtomicBool::new(false);
    pool.spawn_broadcast(move |context| {
        let worker = Worker::new(&board, &prepared, context.index() as u32);
        worker.arrive();
        worker.wait_at_gate();
        worker.begin();
        if !started.swap(true, Relaxed) {
            let (board, prepared, leave) = (Arc::clone(&board), Arc::clone(&prepared), leave.clone());
            rayon::spawn(move || iterate(&board, &prepared, &leave));
        }
    });
}

/// Runs all positions on the pool that this is called in, and lets its threads leave.
fn iterate(board: &Board, prepared: &PreparedJob, leave: &Sender<u32>) {
    let (all, chunk) = (board.shape().tasks as usize, board.shape().chunk.unwrap_or(1) as usize);
    let here = || Worker::new(board, prepared, rayon::current_thread_index().unwrap_or(0) as u32);
    // Being cancelled is no error here: the engine, who asked for it, knows.
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
