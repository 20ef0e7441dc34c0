//! Meters on this machine. The guards are for hangs only: no test expects a machine to be quick.

use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use parlab::machine::{Pace, Sample, Sampler, usable_here};

const GUARD: Duration = Duration::from_secs(10);

fn start(pace: Pace) -> (Sampler, Receiver<Sample>) {
    let (deliver, samples) = mpsc::channel();
    let sampler = Sampler::start(pace, &usable_here().cpus, move |sample| drop(deliver.send(sample)));
    (sampler.expect("a sampler"), samples)
}

#[test]
fn samples_come_and_make_sense() {
    let (_sampler, samples) = start(Pace::Running);
    let usable = usable_here().cpus;
    let mut own_cpu_s = 0.0;
    for _ in 0..3 {
        let sample = samples.recv_timeout(GUARD).expect("a sample");
        assert_eq!(sample.cores.len(), sample.layout.len());
        assert!(sample.cores.iter().all(|busy| (0.0..=1.0).contains(busy)), "{sample:?}");
        assert!(sample.layout.iter().all(|core| core.usable == usable.contains(core.id)), "{sample:?}");
        assert!(sample.memory_used_bytes <= sample.memory_total_bytes, "{sample:?}");
        assert!(sample.load1.is_none_or(|load| load >= 0.0), "{sample:?}");
        assert!(sample.over >= Pace::Running.interval(), "{sample:?}");
        assert!(sample.sampler_cpu_s > own_cpu_s, "sampling takes time: {sample:?}");
        own_cpu_s = sample.sampler_cpu_s;
    }
}

#[test]
fn a_busy_core_is_seen() {
    let (_sampler, samples) = start(Pace::Running);
    let begin = Instant::now();
    while begin.elapsed() < GUARD {
        std::hint::spin_loop();
        match samples.try_recv() {
            Ok(sample) if sample.cores.is_empty() || sample.cores.iter().any(|&busy| busy > 0.5) => return,
            _ => {}
        }
    }
    panic!("a core was kept busy for {GUARD:?}, and no sample shows it");
}

#[test]
fn the_pace_can_be_changed_both_ways() {
    let (sampler, samples) = start(Pace::Idle);
    let next_over = || samples.recv_timeout(GUARD).expect("a sample").over;
    next_over();
    assert!(next_over() >= Pace::Idle.interval(), "idle: one a second at most");
    sampler.set_pace(Pace::Running);
    let begin = Instant::now();
    while next_over() >= Pace::Idle.interval() {
        assert!(begin.elapsed() < GUARD, "the sampler is still at its idle pace");
    }
    sampler.set_pace(Pace::Idle);
    // Besides those that wait to be received, one may have been under way when the pace was changed.
    while samples.try_recv().is_ok() {}
    next_over();
    assert!(next_over() >= Pace::Idle.interval(), "idle again");
}

#[test]
fn a_dropped_sampler_is_gone() {
    let (sampler, samples) = start(Pace::Idle);
    let begin = Instant::now();
    drop(sampler);
    assert!(begin.elapsed() < GUARD);
    // Its thread held the only sender, and has ended.
    while let Ok(sample) = samples.try_recv() {
        assert!(sample.cores.len() == sample.layout.len());
    }
    assert!(matches!(samples.try_recv(), Err(mpsc::TryRecvError::Disconnected)));
}

#[test]
fn a_callback_that_panics_takes_no_thread_with_it() {
    let (deliver, delivered) = mpsc::channel();
    let sampler = Sampler::start(Pace::Running, &usable_here().cpus, move |_| {
        deliver.send(()).expect("the test is listening");
        panic!("on purpose, to see that only the meters end");
    })
    .expect("a sampler");
    delivered.recv_timeout(GUARD).expect("a sample");
    drop(sampler);
}
