//! An interval ends where its quantity does: no time and no ratio of times is less than nothing.

use parlab::results::Figures;
use serde_json::Value;

use super::made::{Made, processes, serial, threads};

/// Repeats that scatter so much that the mean of the times less its reach lies far below nothing.
const SCATTERED: [&[f64]; 4] =
    [&[1e-5, 1e-5, 1e-4], &[0.1, 0.1, 3.0], &[0.2, 0.3, 0.2, 4.0, 0.2], &[2e-6, 9e-5, 3e-6, 2e-6]];

/// All ends of all intervals in a report, with where they stand.
fn ends(value: &Value, path: &str, found: &mut Vec<(String, f64)>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, field)| {
            let path = format!("{path}.{name}");
            if let (true, Some(interval)) = (name.contains("ci95"), field.as_array()) {
                found.extend(interval.iter().filter_map(Value::as_f64).map(|end| (path.clone(), end)));
            }
            ends(field, &path, found);
        }),
        Value::Array(all) => all.iter().enumerate().for_each(|(at, one)| ends(one, &format!("{path}.{at}"), found)),
        _ => {}
    }
}

#[test]
fn no_interval_reaches_below_zero() {
    for baseline in SCATTERED {
        for walls_s in SCATTERED {
            for include_startup in [false, true] {
                let mut made = Made::new("square", 9)
                    .with(serial(), baseline)
                    .with(threads(2), walls_s)
                    .with(processes(3), baseline);
                made.planned.scenario.include_startup = include_startup;
                let report = made.json();
                let mut found = Vec::new();
                ends(&report, "", &mut found);
                assert!(found.len() >= 6, "three intervals of wall times: {found:?}");
                assert!(found.iter().all(|(_, end)| *end >= 0.0), "{baseline:?} {walls_s:?}: {found:?}");
                // Not all of them are in the report.
                for row in Figures::of(&made.ended()).rows {
                    let ci95 = |told: Option<parlab::analysis::Estimate>| told.and_then(|told| told.ci95);
                    let all = [ci95(row.wall), ci95(row.time), row.speedup_ci95()];
                    assert!(all.iter().flatten().all(|ci95| ci95.low > 0.0), "{}: {all:?}", row.label);
                }
                for config in report["configs"].as_array().expect("configs") {
                    let interval = config["wall_s"]["ci95"].as_array().expect("an interval");
                    let ends = [&interval[0], &config["wall_s"]["estimate"], &interval[1]];
                    let [low, told, high] = ends.map(|end| end.as_f64().expect("a number"));
                    assert!(0.0 < low && low <= told && told <= high, "{config:#}");
                }
            }
        }
    }
}
