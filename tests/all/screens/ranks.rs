//! The ranks of a watched MPI program on the screens, from made-up looks.

use std::collections::BTreeMap;

use parlab::record::{
    Activity, CollectiveFigures, LaneKind, LaneState, LaneTotals, LaneView, MessageFlow, MpiTrouble, RankFigures,
    RankWait, Snapshot, WaitedFor, WatchedMpi, WatchedProgram,
};
use parlab::tui::Theme;
use parlab::tui::keys::Key;
use parlab::tui::state::State;
use parlab::tui::update::{Msg, update};

use super::program::{finish, outcome, program, start};
use super::{SIZES, expect, fixture, frame, press, text};

fn wait(rank: u32, call: &str, on: &[u32], seconds: f64) -> RankWait {
    RankWait { rank, call: call.to_owned(), seconds, on: on.to_vec(), any: false }
}

/// Ranks that sent each other the more the farther they are apart, of which the first three wait in a circle.
fn mpi(ranks: u32) -> WatchedMpi {
    let rank = |rank| RankFigures {
        rank,
        pid: 5000 + rank,
        life_s: 3.9,
        point_to_point_s: 1.9,
        collective_s: 0.5,
        wait_s: 0.1,
        calls: 400,
        ..RankFigures::default()
    };
    let flows = (0..ranks).flat_map(|from| {
        let to = move |step: u32| (from + step) % ranks;
        let flow =
            move |step: u32| MessageFlow { from, to: to(step), messages: 10, bytes: 40 * u64::from(step).pow(4) };
        (1..ranks.min(4)).map(flow)
    });
    let circle: Vec<RankWait> = (0..3).map(|rank| wait(rank, "MPI_Recv", &[(rank + 1) % 3], 1.9)).collect();
    let waits = circle.iter().cloned().chain((3..ranks).map(|rank| wait(rank, "MPI_Allreduce", &[0, 1, 2], 0.4)));
    WatchedMpi {
        library: "MPICH 4.0.2".to_owned(),
        worlds: 1,
        ranks,
        by_rank: (0..ranks).map(rank).collect(),
        flows: flows.collect(),
        waits: waits.collect(),
        waited: vec![WaitedFor { rank: 0, on: 1, seconds: 1.9 }],
        collectives: vec![CollectiveFigures {
            call: "MPI_Allreduce".to_owned(),
            members: ranks,
            count: 30,
            spread_s: 0.06,
            worst_spread_s: 0.01,
            waited_s: 0.1,
            last: (3, 28),
            first: (0, 17),
        }],
        troubles: vec![MpiTrouble::Deadlock { waits: circle }],
        ..WatchedMpi::default()
    }
}

/// What the lanes of the ranks show: two in messages, one in a collective, and one that computes.
fn activity(rank: u32) -> (Activity, &'static str) {
    match rank % 4 {
        0 => (Activity::Receiving, "MPI_Recv from 1"),
        1 => (Activity::Sending, "MPI_Send to 2"),
        2 => (Activity::InCollective, "MPI_Allreduce"),
        _ => (Activity::Running, ""),
    }
}

fn seconds(rank: u32) -> BTreeMap<Activity, f64> {
    let (most, _) = activity(rank);
    let mut seconds = BTreeMap::from([(Activity::Running, 1.4), (Activity::Receiving, 0.5)]);
    *seconds.entry(most).or_default() += 2.0;
    seconds
}

fn snapshot(mpi: WatchedMpi) -> Snapshot {
    let lane = |rank: u32| {
        let (activity, call) = activity(rank);
        let seconds = seconds(rank);
        LaneView {
            state: LaneState::Running,
            kind: LaneKind::Rank,
            name: format!("rank {rank}"),
            call: call.to_owned(),
            pid: 5000 + rank,
            cpu: Some(rank % 2),
            busy_s: seconds[&Activity::Running],
            activity,
            seconds: Activity::ALL.map(|activity| seconds.get(&activity).copied().unwrap_or(0.0)),
            ..LaneView::default()
        }
    };
    Snapshot {
        elapsed_s: 4.0,
        started: 1,
        lanes: (0..mpi.ranks).map(lane).collect(),
        program: Some(Box::new(WatchedProgram { mpi: Some(Box::new(mpi)), ..program(Vec::new()) })),
        ..Snapshot::default()
    }
}

fn watched((size, theme): ((u16, u16), Theme), mpi: WatchedMpi) -> State {
    let mut state = fixture::state(size, theme);
    start(&mut state);
    update(&mut state, Msg::Snapshot(snapshot(mpi)));
    state
}

#[test]
fn ranks_are_lanes_and_who_waits_for_whom_is_told() {
    let sizes = SIZES.into_iter().chain([("200x60", (200, 60), Theme::FULL)]);
    for (size_name, size, theme) in sizes {
        let mut state = watched((size, theme), mpi(4));
        expect(&format!("ranks-{size_name}"), &state);
        press(&mut state, &[Key::Char('m')]);
        expect(&format!("ranks-messages-{size_name}"), &state);
        press(&mut state, &[Key::Char('m')]);
        assert!(text(&frame(&state)).contains("CPUs used"), "and back");
    }
}

#[test]
fn many_ranks_share_the_rows_of_the_map() {
    let mut state = watched(((120, 40), Theme::FULL), mpi(256));
    expect("ranks-many-120x40", &state);
    press(&mut state, &[Key::Char('m')]);
    expect("ranks-many-messages-120x40", &state);
}

#[test]
fn results_have_the_ranks_and_their_messages() {
    for (size_name, size, theme) in SIZES {
        let mpi = mpi(4);
        let mut state = watched((size, theme), mpi.clone());
        let lanes = (0..4).map(|rank| LaneTotals {
            kind: LaneKind::Rank,
            name: format!("rank {rank}"),
            pid: 5000 + rank,
            tid: Some(5000 + rank),
            until_s: 3.9,
            seconds: seconds(rank),
            ..LaneTotals::default()
        });
        let watched = WatchedProgram { mpi: Some(Box::new(mpi)), ..program(Vec::new()) };
        finish(&mut state, outcome(watched, lanes.collect()));
        expect(&format!("ranks-results-{size_name}"), &state);
        press(&mut state, &[Key::Char('m')]);
        assert!(text(&frame(&state)).contains("messages: row to column"));
    }
}

#[test]
fn the_key_of_ranks_is_there_for_mpi_alone() {
    let mut state = watched(((120, 40), Theme::FULL), mpi(4));
    assert!(text(&frame(&state)).contains("m messages"));
    let bare = Snapshot { program: Some(Box::new(program(Vec::new()))), elapsed_s: 4.1, ..Snapshot::default() };
    update(&mut state, Msg::Snapshot(bare));
    let shown = text(&frame(&state));
    assert!(!shown.contains("m messages"), "{shown}");
    press(&mut state, &[Key::Char('m')]);
    assert_eq!(text(&frame(&state)), shown);
}
