//! The bundled scenarios of message passing, by the MPIs of Python's index.

use parlab::scenario::library;
use serde_json::Value;

use crate::mpis::{Watched, run};

/// Runs a bundled scenario with the Python of an environment.
fn ran(name: &str, environment: &str) -> Option<Watched> {
    let ran = run(&["run", name, "--yes", "--repeats", "1", "--warmup", "0"], environment)?;
    assert_eq!(ran.report["status"], "done", "{name}, {environment}: {}", ran.report["warnings"]);
    Some(ran)
}

fn lines(config: &Value) -> String {
    let lines = config["program"]["output"]["lines"].as_array().expect("lines").iter().filter_map(Value::as_str);
    lines.collect::<Vec<&str>>().join("\n")
}

#[test]
fn all_of_them_are_run_here() {
    let bundled = library::bundled().map(|source| source.name).filter(|name| name.starts_with("mpi-"));
    let mut bundled: Vec<String> = bundled.collect();
    bundled.sort();
    assert_eq!(bundled, ["mpi-deadlock", "mpi-deadlock-mended", "mpi-hello", "mpi-particles", "mpi-random"]);
}

#[test]
fn each_rank_says_hello() {
    for environment in ["mpich", "openmpi"] {
        let Some(ran) = ran("mpi-hello", environment) else { return };
        let said = lines(ran.config());
        (0..4).for_each(|rank| assert!(said.contains(&format!("hello from rank {rank} of 4 on ")), "{said}"));
        assert!(said.contains("4 ranks said hello"), "{said}");
    }
}

#[test]
fn random_numbers_are_the_same_with_every_mpi() {
    let said: Vec<String> = ["mpich", "openmpi"]
        .iter()
        .filter_map(|environment| Some(lines(ran("mpi-random", environment)?.config())))
        .collect();
    let [one, other] = said.as_slice() else { return };
    assert_eq!(one, other);
    for (rank, line) in one.lines().enumerate() {
        let (name, positions) = line.split_once(": ").expect("a rank and positions");
        assert_eq!(name, format!("rank {rank}"));
        let positions: Vec<f64> = positions.split(' ').map(|word| word.parse().expect("a number")).collect();
        let (low, high) = (rank as f64 / 4.0, (rank + 1) as f64 / 4.0);
        assert!(positions.len() == 3 && positions.iter().all(|at| (low..=high).contains(at)), "{line}");
    }
    assert_eq!(one.lines().count(), 4);
}

#[test]
fn particles_are_neither_lost_nor_made() {
    let Some(ran) = ran("mpi-particles", "mpich") else { return };
    for (config, ranks) in ran.report["configs"].as_array().expect("configurations").iter().zip(1..) {
        let said = lines(config);
        assert!(said.starts_with("8000 particles, "), "{said}");
        let broadcasts = config["mpi"]["collectives"].as_array().expect("a list").iter();
        let count: u64 =
            broadcasts.filter(|kind| kind["call"] == "MPI_Bcast").filter_map(|kind| kind["count"].as_u64()).sum();
        let unread = config["mpi"]["collectives_unread"].as_u64().expect("a count");
        // Objects go by two of them: how long they are, and what they are.
        assert!(count + unread >= 250 * ranks, "{}", config["mpi"]["collectives"]);
    }
}

#[test]
fn the_deadlock_is_seen_and_the_mended_one_is_none() {
    for environment in ["mpich", "openmpi"] {
        let Some(stuck) = ran("mpi-deadlock", environment) else { return };
        assert!(stuck.troubles()[0].starts_with("deadlock suspected: 0 → 1 → 2 → 0"), "{:?}", stuck.troubles());
        let codes: Vec<&Value> =
            stuck.report["warnings"].as_array().expect("warnings").iter().map(|it| &it["code"]).collect();
        assert!(codes.contains(&&Value::from("deadlock-suspected")), "{codes:?}");
        let Some(mended) = ran("mpi-deadlock-mended", environment) else { return };
        assert_eq!(mended.troubles(), Vec::<&str>::new());
        assert_eq!(mended.mpi()["bytes"], serde_json::json!([[0, 8_000_000, 0], [0, 0, 8_000_000], [8_000_000, 0, 0]]));
    }
}
