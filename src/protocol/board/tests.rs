//! Writers of this process and of Python, seen by the board.

use std::process::{Command, Stdio};

use super::*;

#[test]
#[ignore = "by hand"]
fn by_hand() {
    let mut board = OutsideBoard::create(64).unwrap();
    let words = std::env::var("BOARD_COMMAND").unwrap();
    let mut child = Command::new("sh").args(["-c", &words]).env(BOARD_VARIABLE, board.address()).spawn().unwrap();
    let mut records = 0;
    loop {
        std::thread::sleep(board.next_look_in());
        let is_over = child.try_wait().unwrap().is_some();
        let look = board.look();
        records += look.records.len();
        for complaint in &look.complaints {
            eprintln!("{complaint}");
        }
        if is_over {
            look.lanes.iter().for_each(|lane| eprintln!("{lane:?}"));
            eprintln!("{records} records, refused {}\n{:?}", look.refused, board.totals());
            break;
        }
    }
    let _ = Stdio::null();
}
