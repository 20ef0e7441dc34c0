//! While it is not measured what other programs take of the machine, nothing that they can cause is put on the program.

use parlab::record::{OrderFigures, TrialOutcome};

use super::made::{Made, serial, threads};

/// Words for what a program does to itself.
const CULPRITS: [&str; 8] = [
    "memory bandwidth",
    "caches",
    "physical core",
    "overhead",
    "not shared",
    "slow each other down, as",
    "take turns",
    "because",
];

/// Eight equal tasks that took so long together, on so much CPU time, with so many involuntary switches.
fn took(total_s: f64, cpu_s: f64, switches: u64) -> impl Fn(&mut TrialOutcome) {
    move |outcome| {
        outcome.cpu_user_s = cpu_s;
        outcome.switches_involuntary = switches;
        outcome.order = Some(OrderFigures {
            longest_s: total_s / 8.0,
            total_s,
            idle_s: 0.0,
            as_given_s: Some(total_s / 2.0),
            longest_first_s: Some(total_s / 2.0),
        });
    }
}

/// What happened, as the report has it.
fn told(made: &Made) -> String {
    let text = made.text();
    let at = text.find("What happened").unwrap_or_else(|| panic!("no findings\n{text}"));
    text[at..].split_whitespace().collect::<Vec<_>>().join(" ")
}

fn assert_no_culprit(told: &str) {
    assert!(CULPRITS.iter().all(|culprit| !told.contains(culprit)), "{told}");
}

#[test]
fn tasks_that_cost_more_beside_others_are_no_fault() {
    // A neighbour on the other half of a core, or steal that is counted as the guest's own: the CPU time grows.
    for times in [1.4, 1.8, 3.0] {
        let made = Made::new("countdown", 8).and(serial(), &[1.0, 1.0, 1.0], took(1.0, 1.0, 1)).and(
            threads(2),
            &[0.5 * times; 3],
            took(times, times, 40),
        );
        let told = told(&made);
        assert_no_culprit(&told);
    }
}

#[test]
fn workers_that_a_neighbour_keeps_off_the_cpus_are_told_as_such() {
    let made = Made::new("countdown", 8).and(serial(), &[1.0, 1.0, 1.0], took(1.0, 0.99, 1)).and(
        threads(2),
        &[1.1, 1.1, 1.1],
        took(2.2, 1.0, 900),
    );
    let told = told(&made);
    assert_no_culprit(&told);
    assert!(told.contains("had a CPU for only 45 % of the time"), "{told}");
}

#[test]
fn a_serial_fraction_that_a_neighbour_may_have_made_is_no_overhead() {
    let made = Made::new("countdown", 8)
        .on_cpus(8)
        .with(serial(), &[1.0, 1.0, 1.0])
        .with(threads(2), &[0.6, 0.6, 0.6])
        .with(threads(4), &[0.6, 0.6, 0.6]);
    let told = told(&made);
    assert_no_culprit(&told);
    assert!(told.contains("grows from 20 % with 2 workers to 47 %"), "{told}");
    // Amdahl's law with a quarter serial: 0.25 + 0.75/p.
    let made = Made::new("countdown", 8)
        .on_cpus(8)
        .with(serial(), &[1.0, 1.0, 1.0])
        .with(threads(2), &[0.625, 0.625, 0.625])
        .with(threads(6), &[0.375, 0.375, 0.375]);
    let told = self::told(&made);
    assert_no_culprit(&told);
    assert!(told.contains("stays at 25 %"), "{told}");
}

#[test]
fn workers_that_wait_do_not_take_turns_though_they_are_preempted() {
    let idle = |switches| {
        move |outcome: &mut TrialOutcome| {
            outcome.cpu_user_s = 0.01;
            outcome.switches_involuntary = switches;
        }
    };
    let made = Made::new("sleep", 8).and(serial(), &[1.0, 1.0], idle(1)).and(threads(6), &[0.5, 0.5], idle(400));
    assert_no_culprit(&told(&made));
}
