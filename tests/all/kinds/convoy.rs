//! `convoy`: what its two sorts of tasks return, measure and say.

use super::context::{TestDesk, tells_and_stops};
use super::{build, objections, results};

const BODY: &str = "steps = 4e6\ntrips = 12\ntrip_s = 0.001\ninputs = [0, 1, 0.5]";

#[test]
fn tasks_count_or_travel() {
    let results = results("convoy", BODY, 3);
    let counts: Vec<[f64; 2]> = results.iter().map(|values| [values[0], values[1]]).collect();
    assert_eq!(counts, [[0.0, 12.0], [4e6, 0.0], [2e6, 0.0]]);
    assert!(results.iter().all(|values| values[2] > 0.0 && values[3] == 0.0), "{results:?}");
}

#[test]
fn a_round_trip_is_one_wait() {
    let workload = build("convoy", BODY);
    let context = TestDesk::default();
    workload.run(0, &context).expect("it is not cancelled");
    assert_eq!(context.slept(), [0.001; 12]);
    // What one unit of input takes is told, not what the task takes.
    let begun = std::time::Instant::now();
    let half = workload.run(2, &TestDesk::default()).expect("it is not cancelled")[2];
    assert!(half <= 2.0 * begun.elapsed().as_secs_f64() && half > 0.0, "{half}");
}

#[test]
fn they_tell_and_stop() {
    let workload = build("convoy", BODY);
    tells_and_stops(&*workload, 1, 60);
    let context = TestDesk::cancelled_at(5);
    assert!(workload.run(0, &context).is_err() && context.slept().len() == 3, "two looks a round trip");
}

#[test]
fn bounds_are_kept() {
    let said = objections("convoy", "trips = 0\ntrip_s = -1\nsteps = 0");
    assert!(["trips = 0", "trip_s = -1", "steps = 0"].iter().all(|key| said.contains(key)), "{said}");
}
