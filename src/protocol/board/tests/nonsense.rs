//! Words without meaning, anywhere in a lane and the header: no other lane may know of them.

use proptest::prelude::*;

use super::*;

/// Words that mean something somewhere, and words that mean nothing.
fn word() -> impl Strategy<Value = u64> {
    let now = monotonic_ns();
    prop_oneof![
        any::<u64>(),
        0..100_u64,
        Just(u64::MAX),
        Just(1 << 63),
        (0..2_000_000_u64).prop_map(move |ns| now + ns),
        (0..1_000_u64).prop_map(|n| n * RING_RECORDS as u64),
    ]
}

/// A word anywhere in the first lane, in its ring, or in the header; half of them in the cells that are read most.
fn place(shape: Shape) -> impl Strategy<Value = usize> {
    let lane = shape.lane_at(0);
    let ring = shape.record_at(0, 0);
    prop_oneof![
        (0..HEADER_BYTES / WORD).prop_map(|word| word * WORD),
        (0..lane::BYTES / WORD).prop_map(move |word| lane + word * WORD),
        (0..lane::HEAD_BYTES / WORD).prop_map(move |word| lane + word * WORD),
        (0..50 * record::BYTES / WORD).prop_map(move |word| ring + word * WORD),
        Just(lane + lane::DONE),
        Just(lane + lane::GENERATION),
        // Not aligned to a word at all.
        (0..lane::BYTES - WORD).prop_map(move |byte| lane + byte),
    ]
}

const SHAPE: Shape = Shape { lanes: 2 };

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn nonsense_in_a_lane_reaches_no_other(
        medium in prop_oneof![Just(Medium::Memory), Just(Medium::File)],
        turns in prop::collection::vec(prop::collection::vec((place(SHAPE), word()), 1..8), 1..30),
        cut in prop::option::of(0..SHAPE.bytes() as u64),
    ) {
        let mut board = OutsideBoard::create_in(medium, SHAPE.lanes).unwrap();
        let (hostile, mut honest) = (Writer::new(&board, 0), Writer::new(&board, 1));
        let mut told = Vec::new();
        let mut records = 0;
        for turn in &turns {
            turn.iter().for_each(|&(at, word)| hostile.store(at, word));
            honest.task(1);
            let look = board.look();
            records += look.records.iter().filter(|record| look.lanes[record.lane].slot == 1).count();
            let lane = look.lanes.iter().find(|lane| lane.slot == 1).unwrap();
            prop_assert_eq!((lane.done, lane.failed, lane.lost, lane.hand.clone()), (honest.done, 0, 0, None));
            prop_assert!(look.complaints.iter().all(|complaint| complaint.lane != Some(1)));
            for lane in &look.lanes {
                prop_assert_eq!(lane.spent_ns.iter().sum::<u64>(), lane.ended_at.unwrap_or(lane.looked_at) - lane.claimed_at);
            }
            told.extend(look.complaints);
        }
        prop_assert_eq!(records as u64, honest.done);
        let mut once = told.clone();
        once.dedup();
        once.sort_by_key(|complaint| (complaint.lane, complaint.fault as u8));
        once.dedup_by_key(|complaint| (complaint.lane, complaint.fault));
        prop_assert_eq!(once.len(), told.len(), "each is told once: {:?}", told);
        if let (Some(cut), Medium::File) = (cut, medium) {
            honest.file.set_len(cut).unwrap();
            let looks = [board.look(), board.look()];
            let shrunk = looks.iter().flat_map(faults).filter(|fault| *fault == Fault::Shrunk).count();
            prop_assert!(shrunk <= 1);
        }
    }
}
