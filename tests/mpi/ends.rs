//! Ranks that do not end as they should, and launchers that are not theirs.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::common::{descendants, is_alive, stderr};
use crate::mpis::{Mpi, on_screen, watch};

#[test]
fn a_rank_that_is_killed_is_told() {
    for mpi in [Mpi::Mpich, Mpi::Ompi] {
        let Some(watched) = mpi.command("ends.c", &["killed"], 3).map(|command| watch(&command)) else { continue };
        assert_ne!(watched.output.status.code(), Some(0), "{mpi:?}");
        let told = watched.troubles();
        assert!(told.iter().any(|told| told.contains("ended without MPI_Finalize")), "{mpi:?}: {told:?}");
        let by_rank = watched.mpi()["by_rank"].as_array().expect("ranks");
        assert!(by_rank.iter().all(|rank| rank["finalized"] == false), "{mpi:?}: {by_rank:?}");
    }
}

#[test]
fn a_rank_that_aborts_is_told_with_its_code() {
    for mpi in [Mpi::Mpich, Mpi::Ompi] {
        let Some(watched) = mpi.command("ends.c", &["aborts"], 3).map(|command| watch(&command)) else { continue };
        assert_ne!(watched.output.status.code(), Some(0), "{mpi:?}");
        assert_eq!(watched.troubles()[0], "rank 1 called MPI_Abort with code 3", "{mpi:?}");
    }
}

#[test]
fn a_launcher_that_is_killed_is_told_and_leaves_no_rank() {
    for mpi in [Mpi::Mpich, Mpi::Ompi] {
        let Some(command) = mpi.command("stuck.c", &["receives"], 2) else { continue };
        let mut terminal = on_screen(&command);
        terminal.wait_for("0 in MPI_Recv waits for 1");
        let of_run = descendants(terminal.pid());
        let is_launcher = |name: &str| name.starts_with("mpi") || name.starts_with("orterun");
        let launcher = of_run.iter().find(|(_, name)| is_launcher(name)).expect("a launcher").0;
        kill(Pid::from_raw(launcher as i32), Signal::SIGKILL).expect("a process");
        terminal.wait_for("q quit");
        terminal.wait_for("killed by SIGKILL");
        terminal.send("q");
        terminal.exit_code();
        terminal.assert_restored();
        let left: Vec<&(u32, String)> = of_run.iter().filter(|(pid, _)| is_alive(*pid)).collect();
        assert!(left.is_empty(), "{mpi:?}: {left:?}");
    }
}

#[test]
fn ranks_that_leave_without_finalize_are_told() {
    let Some(watched) = Mpi::Mpich.command("ends.c", &["leaves"], 2).map(|command| watch(&command)) else {
        return;
    };
    let told = watched.troubles();
    assert!(told.contains(&"ranks 0 and 1 ended without MPI_Finalize"), "{told:?}");
}

#[test]
fn the_launcher_of_another_mpi_is_told() {
    // Ranks of MPICH started by Open MPI's launcher find no others.
    let Some(mut command) = Mpi::Ompi.launcher(3) else { return };
    let Some(program) = Mpi::Mpich.command("ends.c", &["well"], 3) else { return };
    command.extend(program.into_iter().skip(3));
    let watched = watch(&command);
    assert_eq!(watched.mpi()["worlds"], 3, "{}", stderr(&watched.output));
    let told = watched.troubles().join("\n");
    assert!(told.contains("the launcher is that of another MPI than the program's, MPICH"), "{told}");
}

#[test]
fn a_program_that_is_none_of_mpi_is_told() {
    let Some(mut command) = Mpi::Mpich.launcher(2) else { return };
    command.extend(["sh".into(), "-c".into(), "echo hello".into()]);
    let watched = watch(&command);
    assert_eq!((watched.output.status.code(), watched.mpi()), (Some(0), &Value::Null));
    let remarks = watched.config()["program"]["remarks"].to_string();
    assert!(remarks.contains("no rank of MPI told of itself"), "{remarks}");
    assert_eq!(watched.config()["program"]["output"]["lines"], serde_json::json!(["hello", "hello"]));
}
