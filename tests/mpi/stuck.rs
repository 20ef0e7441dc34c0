//! Ranks that wait for each other for good, and ranks that only seem to.

use crate::mpis::{Mpi, on_screen};

/// What the screen says of a program that hangs in a way, which is then ended.
fn said(mpi: Mpi, way: &str, ranks: u32, texts: &[&str]) {
    let Some(command) = mpi.command("stuck.c", &[way], ranks) else { return };
    let mut terminal = on_screen(&command);
    for text in texts {
        terminal.wait_for(text);
    }
    terminal.send("m");
    terminal.wait_for("messages: row to column");
    terminal.send("c");
    terminal.wait_for("quit");
    // Who ends it wants to read why it hung; there the sentence takes several lines.
    terminal.wait_for(if texts[0].contains("suspected") { "deadlock suspected" } else { "has left MPI" });
    terminal.send("q");
    terminal.exit_code();
    terminal.assert_restored();
}

#[test]
fn a_circle_of_receives() {
    for mpi in [Mpi::Mpich, Mpi::Ompi] {
        said(mpi, "receives", 3, &["deadlock suspected: 0 → 1 → 2 → 0", "0 in MPI_Recv waits for 1"]);
    }
}

#[test]
fn large_messages_that_all_send_first() {
    for mpi in [Mpi::Mpich, Mpi::Ompi] {
        said(mpi, "sends", 2, &["deadlock suspected: 0 → 1 → 0", "0 in MPI_Send waits for 1"]);
    }
}

#[test]
fn tags_that_do_not_match() {
    said(Mpi::Mpich, "tags", 2, &["deadlock suspected: 0 → 1 → 0", "1 in MPI_Recv waits for 0"]);
}

#[test]
fn receives_that_were_begun_before() {
    for mpi in [Mpi::Mpich, Mpi::Ompi] {
        said(mpi, "requests", 2, &["deadlock suspected: 0 → 1 → 0", "0 in MPI_Wait waits for 1"]);
    }
}

#[test]
fn a_collective_that_one_never_comes_to() {
    said(Mpi::Ompi, "collectives", 2, &["deadlock suspected: 0 → 1 → 0", "0 in MPI_Barrier waits for 1"]);
}

#[test]
fn a_collective_that_one_has_left_without() {
    said(Mpi::Mpich, "leaves", 2, &["rank 0 in MPI_Barrier waits for 1, which has left MPI"]);
}

/// Watches a program that looks stuck for a while to its end.
fn is_not_suspected(source: &str, ranks: u32, waits: &str) {
    for mpi in [Mpi::Mpich, Mpi::Ompi] {
        let Some(command) = mpi.command(source, &[], ranks) else { continue };
        let mut terminal = on_screen(&command);
        terminal.wait_for("who waits for whom");
        let mut waited = false;
        terminal.wait("its end", |text| {
            assert!(!text.contains("suspected"), "{mpi:?}\n{text}");
            waited |= text.contains(waits);
            text.contains("q quit")
        });
        assert!(waited, "{mpi:?}: nobody was seen to wait");
        terminal.send("q");
        assert_eq!(terminal.exit_code(), 0);
    }
}

#[test]
fn who_waits_for_a_long_computation_is_not_suspected() {
    is_not_suspected("patient.c", 3, "waits for 2");
}

#[test]
fn who_waits_while_another_thread_computes_is_not_suspected() {
    is_not_suspected("patient_threads.c", 2, "0 in MPI_Recv waits for 1");
}
