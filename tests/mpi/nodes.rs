//! Ranks on other nodes: two names of this machine for the launcher, no memory shared between ranks, and no way to the board's.
//! They send what they do over the network.

use std::ffi::OsString;

use serde_json::Value;

use crate::common::{binary, folder, stderr};
use crate::messages::assert_counts;
use crate::mpis::{Mpi, Watched, on_screen, programs, watch, wheel};

/// What a rank is started by so that it has no way to the board: what leads to it on this node leads nowhere.
const AWAY: [&str; 3] = ["env", "MPIR_CVAR_NOLOCAL=1", "PARLAB_MPI_BOARD=/proc/1/none#0"];

/// The same by the real thing: a rank that sees no processes but its own. Who may not make that goes the other way.
fn walled() -> Vec<OsString> {
    let wall = ["unshare", "--pid", "--fork", "--mount-proc"];
    let may = std::process::Command::new(wall[0]).args(&wall[1..]).arg("true").output();
    match may.is_ok_and(|output| output.status.success()) {
        true => ["env", "MPIR_CVAR_NOLOCAL=1"].iter().chain(&wall).map(OsString::from).collect(),
        false => AWAY.map(OsString::from).into(),
    }
}

/// Puts ranks of MPICH on two nodes, and words before their program.
fn on_two_nodes(command: Vec<OsString>, before: &[OsString]) -> Vec<OsString> {
    let program = command.iter().position(|word| word == "-n").expect("the number of ranks") + 2;
    let (launcher, behind) = command.split_at(program);
    let nodes = ["-launcher", "fork", "-hosts", "node-a,node-b"].map(OsString::from);
    [launcher, &nodes, before, behind].concat()
}

fn away(command: Vec<OsString>) -> Vec<OsString> {
    on_two_nodes(command, &AWAY.map(OsString::from))
}

/// All ranks tell of their node, and how well its clock is known: over the loopback to less than a second.
fn assert_elsewhere(watched: &Watched) {
    let ranks = watched.mpi()["by_rank"].as_array();
    let ranks = ranks.unwrap_or_else(|| panic!("no rank was seen: {}", watched.config()["program"]));
    assert!(!ranks.is_empty());
    for rank in ranks {
        assert!(rank["node"].as_str().is_some_and(|node| !node.is_empty()), "{rank}");
        let clock_s = rank["clock_s"].as_f64().expect("seconds");
        assert!(clock_s > 0.0 && clock_s < 1.0, "{rank}");
    }
}

#[test]
fn messages_are_counted() {
    for (source, before) in [("ring.f90", walled()), ("ring_f08.f90", AWAY.map(OsString::from).into())] {
        let Some(command) = Mpi::Mpich.command(source, &[], 3) else { return };
        let watched = watch(&on_two_nodes(command, &before));
        assert_elsewhere(&watched);
        assert_counts(source, &watched, 3);
        let barriers = &watched.mpi()["collectives"][0];
        assert_eq!((&barriers["call"], &barriers["count"]), (&"MPI_Barrier".into(), &5.into()));
    }
}

#[test]
fn python_is_seen_there() {
    let (Some(python), Some(launcher)) = (wheel("mpich", "python"), wheel("mpich", "mpirun")) else { return };
    let script = programs().join("ring.py");
    let command = [launcher.as_os_str(), "-n".as_ref(), "2".as_ref(), python.as_os_str(), script.as_os_str()];
    let watched = watch(&away(command.map(OsString::from).into()));
    assert_elsewhere(&watched);
    assert_counts("mpi4py", &watched, 2);
}

#[test]
fn who_comes_late_is_told_by_clocks_that_were_compared() {
    let Some(command) = Mpi::Mpich.command("late.c", &[], 3) else { return };
    let watched = watch(&away(command));
    assert_elsewhere(&watched);
    let sums = &watched.mpi()["collectives"][0];
    assert_eq!((&sums["call"], &sums["count"], &sums["last"][0]), (&"MPI_Allreduce".into(), &10.into(), &2.into()));
    assert!(sums["spread_s"].as_f64().expect("seconds") > 0.5, "{sums}");
}

#[test]
fn a_deadlock_is_suspected_and_a_long_computation_is_none() {
    let Some(command) = Mpi::Mpich.command("stuck.c", &["receives"], 3) else { return };
    let mut terminal = on_screen(&away(command));
    terminal.wait_for("deadlock suspected: 0 → 1 → 2 → 0");
    terminal.send("m");
    // How far off times may be; the lines of the sentence break where the number says.
    terminal.wait_for("±");
    terminal.send("c");
    terminal.wait_for("quit");
    terminal.send("q");
    terminal.exit_code();
    let Some(command) = Mpi::Mpich.command("patient.c", &[], 3) else { return };
    let mut terminal = on_screen(&away(command));
    let mut waited = false;
    terminal.wait("its end", |text| {
        assert!(!text.contains("suspected"), "{text}");
        waited |= text.contains("waits for 2");
        text.contains("q quit")
    });
    assert!(waited, "nobody was seen to wait");
    terminal.send("q");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn ranks_that_end_badly_are_told() {
    let said = |how: &str| {
        let command = Mpi::Mpich.command("ends.c", &[how], 3)?;
        let watched = watch(&away(command));
        assert_elsewhere(&watched);
        Some(watched.troubles().join("\n"))
    };
    let Some(killed) = said("killed") else { return };
    assert!(killed.contains("ended without MPI_Finalize, or the connection to their node was lost"), "{killed}");
    assert_eq!(said("aborts").as_deref(), Some("rank 1 called MPI_Abort with code 3"));
    assert_eq!(said("well").as_deref(), Some(""));
}

#[test]
fn children_of_a_rank_are_held_up_by_nothing() {
    // Some of them are forked while the rank sends.
    let Some(command) = Mpi::Mpich.command("forks.c", &[], 1) else { return };
    let watched = watch(&away(command));
    assert_elsewhere(&watched);
    assert_eq!((watched.output.status.code(), watched.troubles()), (Some(0), Vec::new()));
}

#[test]
fn what_the_environment_has_to_say_reaches_a_node_of_open_mpi() {
    let folder = folder();
    let shell = folder.path().join("shell");
    // As a shell on another node: the launcher's environment is not there.
    let text = "#!/bin/sh\nshift\nexec env -i PATH=\"$PATH\" HOME=\"$HOME\" sh -c \"$*\"\n";
    std::fs::write(&shell, text).expect("a file");
    std::fs::set_permissions(&shell, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a mode");
    let Some(mut command) = Mpi::Ompi.command("late.c", &[], 3) else { return };
    // One node: with two of them on one machine Open MPI 4.1's own launcher crashes now and then.
    let to_node = format!(
        "--mca plm_rsh_agent {} --mca oob_tcp_if_include lo --mca btl tcp,self --mca btl_tcp_if_include lo --host node-a:3",
        shell.display()
    );
    let program = command.len() - 1;
    command.splice(program..program, AWAY.map(OsString::from));
    command.splice(1..1, to_node.split(' ').map(OsString::from));
    let watched = watch(&command);
    assert_elsewhere(&watched);
    assert_eq!(watched.mpi()["ranks"], 3, "{}", stderr(&watched.output));
    assert_eq!((watched.troubles(), &watched.mpi()["collectives"][0]["count"]), (Vec::new(), &Value::from(10)));
}

#[test]
fn who_does_not_know_the_secret_is_not_heard_and_harms_nothing() {
    // The rank itself is told another secret, and the program goes on unwatched.
    let Some(command) = Mpi::Mpich.command("ends.c", &["well"], 2) else { return };
    let wrong = format!("PARLAB_MPI_SECRET={}", "0".repeat(32));
    let before: Vec<OsString> = AWAY.iter().copied().chain([wrong.as_str()]).map(OsString::from).collect();
    let watched = watch(&on_two_nodes(command, &before));
    assert_eq!((watched.output.status.code(), watched.mpi()), (Some(0), &Value::Null), "{:?}", binary());
    let remarks = watched.config()["program"]["remarks"].to_string();
    assert!(remarks.contains("no rank of MPI told of itself"), "{remarks}");
}
