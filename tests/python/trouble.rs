//! Workers that die, and what the board says of it.

use parlab::protocol::Life;

use crate::pythons::{program, pythons};
use crate::watched::{python, watch};

/// Pool waits for the lost task for ever, and says nothing: its lane and the task must be known.
#[test]
fn a_killed_worker_leaves_its_lane_with_the_task_in_hand() {
    for found in pythons() {
        let watched = watch(python(&found.program, &program("killed.py"), ""));
        assert_eq!(
            (watched.stdout.as_str(), watched.stderr.as_str()),
            ("[0, 1, 2, 3, 4, 6, 7, 8, 9]\nand it waits\n", ""),
            "{}",
            found.facts
        );
        let mut gone = watched.lanes.iter().filter_map(|lane| Some((lane, lane.hand.as_ref()?)));
        let (lane, task) = gone.next().expect("a lane with a task in hand");
        assert!(gone.next().is_none());
        assert_eq!((lane.life, &*task.name, task.index), (Life::Gone, "fatal", Some(5)));
        assert!(lane.pid != watched.pid);
        assert_eq!(watched.count(), 9, "all others are done by the one that is left");
    }
}
