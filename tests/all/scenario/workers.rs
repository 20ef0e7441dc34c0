//! LIST: the forms it has, and what holds for any text.

use parlab::scenario::{Layout, MAX_WORKERS, list};
use proptest::prelude::*;

/// The numbers that a LIST names.
fn workers(text: &str, cores: u32) -> Result<Vec<u32>, String> {
    list::workers(text, cores).map(|list| list.workers)
}

#[test]
fn every_form_names_its_numbers() {
    let cases: [(&str, u32, &[u32]); 20] = [
        ("4", 2, &[4]),
        (" 4 ", 2, &[4]),
        ("1,2,4", 2, &[1, 2, 4]),
        ("1..4", 2, &[1, 2, 3, 4]),
        ("1 .. 4", 2, &[1, 2, 3, 4]),
        ("1..8 step 2", 2, &[1, 3, 5, 7]),
        ("2..8 step 3", 2, &[2, 5, 8]),
        ("1..8step 7", 2, &[1, 8]),
        ("cores", 6, &[6]),
        ("cores-1,cores,cores + 1", 6, &[5, 6, 7]),
        ("1..cores", 3, &[1, 2, 3]),
        ("1..cores+3", 1, &[1, 2, 3, 4]),
        ("cores-1..cores+1", 4, &[3, 4, 5]),
        ("pow2..cores", 1, &[1]),
        ("pow2..cores", 8, &[1, 2, 4, 8]),
        ("pow2..cores", 12, &[1, 2, 4, 8, 12]),
        ("pow2..4,1..3", 2, &[1, 2, 4, 3]),
        ("4,1,4,1..2", 2, &[4, 1, 2]),
        ("2x4", 2, &[8]),
        ("1, 2x2, cores x 1, 4x1", 2, &[1, 4, 2]),
    ];
    for (text, cores, wanted) in cases {
        assert_eq!(workers(text, cores).as_deref(), Ok(wanted), "{text} on {cores} cores");
    }
}

#[test]
fn teams_are_kept_apart_from_numbers() {
    let team = |processes, threads| Layout { processes, threads };
    let read = |text: &str| list::workers(text, 6).unwrap();
    let list = read("1, 2x2, 2x4,2 x 2,4x1, 7");
    assert_eq!(list.layouts, [team(2, 2), team(2, 4), team(4, 1)]);
    assert_eq!((list.workers, list.plain), (vec![1, 4, 8, 7], Some(1)));
    assert_eq!(read("1x1,2x1,2x2").plain, None);
    assert_eq!(read("2xcores, cores-1x2").layouts, [team(2, 6), team(5, 2)]);
    assert_eq!(read("64x64").workers, [MAX_WORKERS]);
    for text in ["0x2", "2x0", "x2", "2x", "2x2x2", "1..2x2", "2x-1", "2xx2", "64x65", "4096x4096"] {
        assert!(list::workers(text, 6).is_err(), "{text}");
    }
}

#[test]
fn the_bound_itself_is_allowed() {
    assert_eq!(workers("1..4096", 2).map(|list| list.len()), Ok(4096));
    assert_eq!(workers("pow2..cores", 4096).map(|list| list.len()), Ok(13));
    assert!(workers("4097", 2).is_err());
    let repeated = vec!["1..4096"; 500].join(",");
    assert_eq!(workers(&repeated, 2).map(|list| list.len()), Ok(4096));
}

/// Text made of what LISTs are made of: far more of it is nearly right than of any text.
fn nearly_a_list() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("cores".to_owned()),
        Just("pow2".to_owned()),
        Just("..".to_owned()),
        Just(",".to_owned()),
        Just("step".to_owned()),
        Just("x".to_owned()),
        Just(" ".to_owned()),
        Just("+".to_owned()),
        Just("-".to_owned()),
        (0u64..5000).prop_map(|n| n.to_string()),
        any::<u128>().prop_map(|n| n.to_string()),
        "\\PC",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_gives_distinct_numbers_within_bounds_or_a_reason(
        text in prop_oneof![nearly_a_list(), any::<String>()],
        cores in any::<u32>(),
    ) {
        match workers(&text, cores) {
            Ok(list) => {
                let mut sorted = list.clone();
                sorted.sort_unstable();
                sorted.dedup();
                prop_assert_eq!(sorted.len(), list.len());
                prop_assert!(!list.is_empty() && list.capacity() <= 2 * MAX_WORKERS as usize);
                prop_assert!(list.iter().all(|n| (1..=MAX_WORKERS).contains(n)));
            }
            Err(reason) => prop_assert!(!reason.is_empty() && !reason.contains(char::is_control)),
        }
    }

    #[test]
    fn any_text_gives_distinct_teams_within_bounds(text in nearly_a_list(), cores in 1..5000u32) {
        if let Ok(list) = list::workers(&text, cores) {
            let mut layouts = list.layouts.clone();
            layouts.sort_unstable_by_key(|team| (team.processes, team.threads));
            layouts.dedup();
            prop_assert_eq!(layouts.len(), list.layouts.len());
            for team in list.layouts {
                prop_assert!(team.processes >= 1 && team.threads >= 1 && team.workers() <= MAX_WORKERS);
                prop_assert!(list.workers.contains(&team.workers()));
            }
            prop_assert_eq!(list.plain.is_some_and(|n| !list.workers.contains(&n)), false);
        }
    }

    #[test]
    fn numbers_joined_by_commas_are_those_numbers(list in prop::collection::hash_set(1..=MAX_WORKERS, 1..50)) {
        let list: Vec<u32> = list.into_iter().collect();
        let text = list.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        prop_assert_eq!(workers(&text, 2), Ok(list));
    }

    #[test]
    fn a_range_with_a_step_is_that_range(first in 1..=MAX_WORKERS, more in 0..4096u32, step in 1..=MAX_WORKERS) {
        let last = (first + more).min(MAX_WORKERS);
        let wanted: Vec<u32> = (first..=last).step_by(step as usize).collect();
        prop_assert_eq!(workers(&format!("{first}..{last} step {step}"), 2), Ok(wanted));
    }

    #[test]
    fn powers_of_two_end_with_their_bound(last in 1..=MAX_WORKERS) {
        let list = workers("pow2..cores", last).unwrap();
        prop_assert_eq!(list.last(), Some(&last));
        prop_assert!(list.iter().all(|n| n.is_power_of_two() || *n == last));
        prop_assert_eq!(list.iter().filter(|n| n.is_power_of_two()).count() as u32, last.ilog2() + 1);
    }
}
