//! Lanes that a process writes on behalf of threads elsewhere.

use super::*;

/// A writer that tells of a thread elsewhere.
fn elsewhere(board: &OutsideBoard, slot: usize) -> Writer {
    let writer = Writer::new(board, slot);
    writer.cell(lane::TID, 0);
    writer
}

#[test]
fn they_live_as_long_as_the_process_that_tells_of_them() {
    for mut board in boards(2) {
        let writer = elsewhere(&board, 0);
        assert_eq!(board.last_look().lanes[0].life, Life::Alive, "no thread of that number is looked for");
        assert!(board.look().lanes[0].is_elsewhere());
        writer.begin(3);
        writer.cell(lane::LEFT_AT, monotonic_ns());
        let left = &board.look().lanes[0];
        assert_eq!((left.life, left.hand.as_ref().unwrap().index), (Life::Gone, Some(3)), "lost with a task in hand");
        let writer = elsewhere(&board, 1);
        writer.cell(lane::LEFT_AT, monotonic_ns());
        assert_eq!(board.look().lanes[1].life, Life::Left);
    }
}

#[test]
fn they_tell_of_memory_and_of_what_is_to_be_done() {
    for mut board in boards(1) {
        let mut writer = elsewhere(&board, 0);
        writer.name(1, "next");
        let pending = |number: usize, count: u64| writer.cell(lane::PENDING + number * WORD, count);
        pending(0, 0);
        pending(1, 7);
        pending(2, 9);
        writer.cell(lane::MEMORY, 4096);
        assert!(board.look().lanes[0].pending.is_empty(), "it is not told yet");
        writer.cell(lane::PENDING_NAMES, u64::MAX);
        let look = board.look();
        assert_eq!((look.lanes[0].memory, &look.lanes[0].pending[..]), (4096, &[("next".into(), 7)][..]));
        writer.cell(lane::LEFT_AT, monotonic_ns());
        assert!(board.look().lanes[0].pending.is_empty());
        writer.cell(lane::PENDING_NAMES, 0);
        writer.claim();
        assert!(board.look().lanes[1].pending.is_empty());
    }
}
