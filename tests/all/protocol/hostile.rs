//! Programs that harm the board, beside one that keeps to the protocol.

use super::*;

/// Counts to a thousand by the adapter, when told to go on.
const HONEST: &str = "
import sys, parlab_board as b
for i in range(500): b.run('honest', i, int)
sys.stdin.readline()
for i in range(500): b.run('honest', i, int)
";

/// Claims a lane and writes nonsense all over it and the header; then cuts the board short, where it can be.
const HOSTILE: &str = "
import os, random, struct, sys
sys.path.insert(0, '.')
import parlab_board as b
b.run('hostile', 0, int)
board, words = b._board, b._board.words
lane = next(board.lanes_at + n * board.lane_bytes for n in range(board.lanes)
            if board.get(board.lanes_at + n * board.lane_bytes + board.cells['pid']) == os.getpid())
number = (lane - board.lanes_at) // board.lane_bytes
dice = random.Random(1235)
for _ in range(20_000):
    where = dice.choice(('lane', 'head', 'ring', 'header'))
    at = {'lane': lane + dice.randrange(board.lane_bytes // 8) * 8, 'head': lane + dice.randrange(40) * 8,
          'ring': board.rings_at + number * board.ring_bytes + dice.randrange(board.ring_bytes // 8) * 8,
          'header': dice.randrange(64) * 8}[where]
    words[at >> 3] = dice.choice((0, 1, 2, 3, (1 << 64) - 1, 1 << 63, dice.getrandbits(64), dice.getrandbits(30)))
try: os.truncate(b._where, int(sys.argv[1]))
except OSError: pass
os._exit(0)
";

fn duel(medium: Medium, cut: &str) -> Option<(Seen, u32)> {
    have("python3").then(|| {
        let folder = printed("python", "parlab_board.py");
        let python = |program: &str| {
            let mut command = Command::new("python3");
            command.current_dir(folder.path()).args(["-c", program]).env("PYTHONDONTWRITEBYTECODE", "1");
            command
        };
        let mut watcher = Watcher::new(medium, 4);
        let mut honest = python(HONEST);
        honest.env(BOARD_VARIABLE, watcher.board.address()).stdin(Stdio::piped());
        let mut honest = honest.spawn().unwrap();
        watcher.look_until("an honest task", |look| look.lanes.first().is_some_and(|lane| lane.done == 500));
        let mut hostile = watcher.start(python(HOSTILE).arg(cut));
        while hostile.try_wait().unwrap().is_none() {
            watcher.look();
        }
        drop(honest.stdin.take());
        let pid = honest.id();
        (watcher.end(honest), pid)
    })
}

#[test]
fn nonsense_harms_only_the_lane_that_it_stands_in() {
    let Some((seen, pid)) = duel(Medium::Memory, "0") else { return };
    assert!(seen.status.success());
    let honest: Vec<_> = seen.look.lanes.iter().filter(|lane| lane.slot == 0).collect();
    assert_eq!((honest.len(), honest[0].pid, honest[0].done, honest[0].failed), (1, pid, 1000, 0));
    let told = &seen.look.complaints;
    assert!(!told.is_empty() && told.iter().all(|complaint| complaint.lane != Some(0)), "{told:?}");
    assert_eq!(seen.total("honest").count, 1000);
}

#[test]
fn a_board_that_is_cut_short_is_told_and_no_end() {
    // Mapped memory that is cut short kills who writes to it: that is the writers' risk in a file, never parlab's.
    let Some((seen, _)) = duel(Medium::File, "5000") else { return };
    let shrunk = |complaint: &&parlab::protocol::OutsideComplaint| complaint.fault == parlab::protocol::Fault::Shrunk;
    assert_eq!(seen.look.complaints.iter().filter(shrunk).count(), 1, "{:?}", seen.look.complaints);
    let honest = seen.look.lanes.iter().find(|lane| lane.slot == 0).unwrap();
    assert!(honest.done >= 500);
}
