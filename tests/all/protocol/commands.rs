//! `parlab adapter` itself.

use crate::common::{parlab, stderr, stdout};

#[test]
fn each_language_has_a_writer_and_an_example() {
    for (language, file) in [("python", "import parlab_board"), ("c", "#include \"parlab_board.h\"")] {
        let printed = |args: &[&str]| {
            let output = parlab().args(["adapter", language]).args(args).output().expect("parlab");
            assert!(output.status.success() && output.stderr.is_empty());
            stdout(&output)
        };
        assert!(printed(&[]).contains("parlab.board/1"));
        assert!(printed(&["--example"]).contains(file));
    }
}

#[test]
fn the_page_tells_of_every_cell() {
    let output = parlab().args(["adapter", "protocol"]).output().expect("parlab");
    let page = stdout(&output);
    for word in ["# parlab.board/1", "`generation`", "`started`", "`number`", "CLOCK_MONOTONIC", "PARLAB_BOARD"] {
        assert!(page.contains(word), "{word}");
    }
    assert_eq!(page, include_str!("../../../src/protocol/PROTOCOL.md"));
}

#[test]
fn what_there_is_not_is_told() {
    for args in [&["cobol"][..], &[], &["protocol", "--example"]] {
        let output = parlab().arg("adapter").args(args).output().expect("parlab");
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{args:?}");
        assert!(stderr(&output).contains("python") || args.is_empty(), "{}", stderr(&output));
    }
}
