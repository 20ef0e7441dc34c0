//! Per-core meters: one thread that samples the cores, the memory and the load while a caller watches.
//!
//! It must not disturb what it measures: it looks at no process but this one and its descendants, and at those only as
//! often as that costs little; it sleeps between samples without waking up to check on anything, and tells how much CPU
//! time it has taken itself. Nothing runs before [`Sampler::start`].

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sysinfo::{MemoryRefreshKind, System};

use super::core::Core;
use super::cpu_times::{CpuTimes, parse_cpu_times, sum_of};
use super::cpuset::CpuSet;
use super::own_load::OwnLoad;
use crate::system::clock::thread_cpu_time;

/// How often to sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// A run is on: four times a second. The kernel counts CPU time in ticks of 10 ms, so that a sample is good to
    /// 4 %; sampling faster would show more noise, not more detail.
    Running,
    /// Nothing is on: once a second.
    Idle,
}

impl Pace {
    /// Time between samples. Never below [`sysinfo::MINIMUM_CPU_UPDATE_INTERVAL`], within which sysinfo would return
    /// old figures.
    pub const fn interval(self) -> Duration {
        match self {
            Self::Running => Duration::from_millis(250),
            Self::Idle => Duration::from_secs(1),
        }
    }
}

/// What the meters read at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Which cores there are; the same in every sample, and shared by them.
    pub layout: Arc<[Core]>,
    /// The fraction of time that each core of the layout was busy, 0 to 1, since the sample before.
    pub cores: Vec<f32>,
    /// The part of that which this process and its descendants took: for each core 0 to what it was busy; `None` where
    /// the system does not tell.
    pub own: Option<Vec<f32>>,
    /// How long ago it was read how much of the load is own: 0 if it was for this sample.
    pub own_age: Duration,
    /// The part of the usable CPUs' time that the hypervisor took; `None` where the system does not tell.
    pub steal: Option<f64>,
    /// The time over which that was.
    pub over: Duration,
    /// Memory that is in use and could not be had without swapping; 0 where the system does not tell.
    pub memory_used_bytes: u64,
    /// Physical memory; 0 where the system does not tell.
    pub memory_total_bytes: u64,
    /// Load average over the last minute.
    pub load1: Option<f64>,
    /// CPU time that sampling has taken so far, in seconds.
    pub sampler_cpu_s: f64,
}

/// A running sampler. Dropping it stops its thread, waiting for at most one sample to be delivered.
#[derive(Debug)]
pub struct Sampler {
    control: Arc<SamplerControl>,
    thread: Option<JoinHandle<()>>,
}

impl Sampler {
    /// Starts sampling. The first sample comes after a quarter of a second, at whatever pace: a core's load is a
    /// difference. `deliver` is called on the sampler's thread; it should hand the sample over and return, and must
    /// not drop the sampler.
    ///
    /// # Errors
    /// When the system has no thread to spare, or sysinfo does not know the system.
    pub fn start(pace: Pace, usable: &CpuSet, deliver: impl FnMut(Sample) + Send + 'static) -> io::Result<Self> {
        let system = System::new().map_err(|error| io::Error::other(error.to_string()))?;
        let control = Arc::new(SamplerControl::new(pace));
        let (orders, usable) = (Arc::clone(&control), usable.clone());
        let work = move || sample_until_stopped(&orders, Gauges::new(system, &usable), deliver);
        let thread = std::thread::Builder::new().name("meters".to_owned()).spawn(work)?;
        Ok(Self { control, thread: Some(thread) })
    }

    /// Changes the pace, at once: the next sample comes as long after the last as the new pace says.
    pub fn set_pace(&self, pace: Pace) {
        self.control.order(|orders| orders.pace = pace);
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        self.control.order(|orders| orders.stop = true);
        if let Some(thread) = self.thread.take() {
            // A panic in `deliver` was reported when it happened; there is no caller left to tell.
            let _ = thread.join();
        }
    }
}

fn sample_until_stopped(control: &SamplerControl, mut gauges: Gauges, mut deliver: impl FnMut(Sample)) {
    let mut due: fn(Pace) -> Duration = |_| Pace::Running.interval();
    while control.wait(gauges.read_at, due) {
        deliver(gauges.sample());
        due = Pace::interval;
    }
}

/// What the sampler was told, and the means to wake it up.
#[derive(Debug)]
struct SamplerControl {
    orders: Mutex<Orders>,
    changed: Condvar,
}

#[derive(Debug)]
struct Orders {
    pace: Pace,
    stop: bool,
}

impl SamplerControl {
    fn new(pace: Pace) -> Self {
        Self { orders: Mutex::new(Orders { pace, stop: false }), changed: Condvar::new() }
    }

    fn order(&self, change: impl FnOnce(&mut Orders)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// Sleeps until `after` has passed since `start`, by the pace as it is then. False as soon as told to stop.
    fn wait(&self, start: Instant, after: impl Fn(Pace) -> Duration) -> bool {
        let mut orders = self.lock();
        while !orders.stop {
            let left = after(orders.pace).saturating_sub(start.elapsed());
            if left.is_zero() {
                return true;
            }
            (orders, _) = self.changed.wait_timeout(orders, left).unwrap_or_else(PoisonError::into_inner);
        }
        false
    }

    /// Two plain values cannot be left half changed by a panic, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is read for a sample, and the state that reading needs.
struct Gauges {
    system: System,
    layout: Arc<[Core]>,
    own: OwnLoad,
    usable: CpuSet,
    /// Times of the usable CPUs when they were last read.
    times: Option<CpuTimes>,
    /// When the cores were last read.
    read_at: Instant,
}

impl Gauges {
    /// Reads the cores for the first time, so that the next reading has something to differ from.
    fn new(mut system: System, usable: &CpuSet) -> Self {
        let read_at = Instant::now();
        system.refresh_cpu_usage();
        let layout =
            system.cpus().iter().enumerate().map(|(position, cpu)| core(cpu.name(), position, usable)).collect();
        let (usable, times) = (usable.clone(), times_of(usable));
        Self { system, layout, own: OwnLoad::new("/proc"), usable, times, read_at }
    }

    fn sample(&mut self) -> Sample {
        let now = Instant::now();
        let over = now.duration_since(self.read_at);
        self.read_at = now;
        self.system.refresh_cpu_usage();
        let cores: Vec<f32> =
            self.layout.iter().zip(self.system.cpus()).map(|(_, cpu)| fraction(cpu.usage())).collect();
        let (own, own_age) = self.own.of(&self.layout, &cores, over).unzip();
        self.system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
        Sample {
            layout: Arc::clone(&self.layout),
            cores,
            own,
            own_age: own_age.unwrap_or_default(),
            steal: self.steal(),
            over,
            memory_used_bytes: self.system.used_memory(),
            memory_total_bytes: self.system.total_memory(),
            load1: System::load_average().ok().map(|load| load.one),
            sampler_cpu_s: thread_cpu_time().as_secs_f64(),
        }
    }

    /// What sysinfo does not tell.
    fn steal(&mut self) -> Option<f64> {
        let now = times_of(&self.usable);
        let before = std::mem::replace(&mut self.times, now);
        before.zip(now).and_then(|(before, now)| stolen(&before, &now))
    }
}

/// The times of some CPUs together.
fn times_of(cpus: &CpuSet) -> Option<CpuTimes> {
    let stat = std::fs::read_to_string("/proc/stat").ok()?;
    Some(sum_of(&parse_cpu_times(&stat), cpus)).filter(|times| times.all() > 0)
}

/// The part that was stolen between two readings.
fn stolen(before: &CpuTimes, now: &CpuTimes) -> Option<f64> {
    let since = now.since(before);
    (since.all() > 0).then(|| since.steal as f64 / since.all() as f64)
}

/// The core of a line `cpu7 …` of `/proc/stat`. Where CPUs are switched off, ids and positions differ.
fn core(name: &str, position: usize, usable: &CpuSet) -> Core {
    let id = name.strip_prefix("cpu").and_then(|id| id.parse().ok()).unwrap_or(position as u32);
    Core { id, usable: usable.contains(id) }
}

/// Percent to a fraction within 0 and 1.
fn fraction(percent: f32) -> f32 {
    if percent.is_finite() { (percent / 100.0).clamp(0.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const GUARD: Duration = Duration::from_secs(10);
    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn paces_are_within_what_is_promised_and_what_sysinfo_can() {
        assert!(Pace::Running.interval() >= Duration::from_millis(100), "at most ten a second");
        assert!(Pace::Running.interval() >= sysinfo::MINIMUM_CPU_UPDATE_INTERVAL);
        assert_eq!(Pace::Idle.interval(), Duration::from_secs(1));
    }

    #[test]
    fn orders_end_a_wait_of_any_length() {
        let control = Arc::new(SamplerControl::new(Pace::Idle));
        let (ended, wait_ended) = mpsc::channel();
        let waiting = Arc::clone(&control);
        let thread = std::thread::spawn(move || {
            let start = Instant::now();
            let due = |pace| if pace == Pace::Idle { HOUR } else { Duration::ZERO };
            ended.send(waiting.wait(start, due)).unwrap();
            ended.send(waiting.wait(start, |_| HOUR)).unwrap();
        });
        control.order(|orders| orders.pace = Pace::Running);
        assert_eq!(wait_ended.recv_timeout(GUARD), Ok(true), "the new pace was due");
        control.order(|orders| orders.stop = true);
        assert_eq!(wait_ended.recv_timeout(GUARD), Ok(false), "it was told to stop");
        thread.join().unwrap();
    }

    #[test]
    fn cores_are_known_by_the_kernels_ids() {
        let usable = CpuSet::parse("0,7").unwrap();
        assert_eq!(core("cpu7", 3, &usable), Core { id: 7, usable: true });
        assert_eq!(core("cpu3", 2, &usable), Core { id: 3, usable: false });
        assert_eq!(core("", 0, &usable), Core { id: 0, usable: true });
    }

    #[test]
    fn steal_is_a_part_of_all_time() {
        let before = CpuTimes { user: 10, idle: 10, steal: 4, ..CpuTimes::default() };
        let now = CpuTimes { user: 20, idle: 15, steal: 9, ..CpuTimes::default() };
        assert_eq!(stolen(&before, &now), Some(0.25));
        assert_eq!(stolen(&now, &now), None, "no tick has passed");
    }

    #[test]
    fn fractions_stay_within_bounds() {
        assert_eq!([0.0, 50.0, 100.0, 130.0, -4.0, f32::NAN].map(fraction), [0.0, 0.5, 1.0, 1.0, 0.0, 0.0]);
    }
}
