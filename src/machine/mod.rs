//! On what? The CPUs one may really use and why, the machine's facts, and per-core meters.
//!
//! - [`cpuset`]: sets of CPU ids, as the kernel writes them (`0-3,8`)
//! - [`surroundings`]: where all of it is read from, so that tests can make up a machine
//! - `hierarchy`, `cgroup`: the control groups this process is in, and what each level allows
//! - `limit`: what sets a limit to the CPUs
//! - [`usable`](mod@usable): affinity, control groups and Slurm together
//! - `memory_kills`: what the kernel killed for want of memory
//! - `memory_limit`, `thread_room`: what limits the memory that may be taken up, and whether threads fit into it
//! - `clock`: what is known of the clock that tasks are timed with
//! - [`facts`](mod@facts): host, kernel, processor, memory, load
//! - `pss`: what a process takes up in memory, shared pages split
//! - `core`, [`meters`]: a thread that samples the cores while a caller watches
//! - `own_load`, `own_threads`: how much of their load is this process's and its descendants'
//! - [`tree`]: what the processes and threads of a program that is watched do, one by one
//! - `task_stat`, `status_file`, `proc_lists`: what the kernel tells of a process or thread, and which there are
//! - [`cpu_times`]: the kernel's account of each CPU's time
//! - `noise_counter`: what else happens on the usable CPUs between two instants
//! - `noise_limits`: from which amounts on that is noise
//! - `noise_now`: the same for a second, with whether one may measure now
//! - `yardstick`: a fixed piece of work that shows how fast a CPU is
//!
//! Nothing here prints, waits or starts a thread unless asked, and nothing here knows what is run.

mod cgroup;
mod clock;
mod core;
pub mod cpu_times;
pub mod cpuset;
pub mod facts;
mod hierarchy;
mod limit;
mod memory_kills;
mod memory_limit;
pub mod meters;
mod noise_counter;
pub mod noise_limits;
mod noise_now;
mod own_load;
mod own_threads;
mod proc_lists;
mod pss;
mod status_file;
pub mod surroundings;
mod task_limit;
mod task_stat;
mod thread_room;
pub mod tree;
pub mod usable;
mod yardstick;

pub use self::core::Core;
pub use clock::ClockFacts;
pub use cpuset::CpuSet;
pub use facts::{MachineFacts, Moment, facts, moment};
pub use limit::Limit;
pub use memory_kills::MemoryKillCounter;
pub use memory_limit::{MemoryLimit, memory_limits, memory_limits_here, tightest};
pub use meters::{Pace, Sample, Sampler};
pub use noise_counter::{NoiseCounter, NoiseCounts, NoiseReading};
pub use noise_now::{NoiseNow, Unrest, noise_now};
pub use pss::{process_of, pss_bytes};
pub use surroundings::Surroundings;
pub use task_limit::{TaskLimit, task_limit};
pub use thread_room::{SPARE_BYTES, THREAD_BYTES, check_room_for_threads};
pub use usable::{Usable, usable, usable_here};
pub use yardstick::{Yardstick, yardstick};
