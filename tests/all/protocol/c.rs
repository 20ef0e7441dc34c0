//! The writer for C, as the system's compilers take it.

use super::*;

/// Compiles a program that uses the header; warnings are errors.
fn compiled(folder: &Path, program: &str, compiler: &[&str]) -> PathBuf {
    let source = folder.join("program.c");
    std::fs::write(&source, program).expect("a file");
    let binary = folder.join("program");
    let mut command = Command::new(compiler[0]);
    command.args(&compiler[1..]).args(["-Wall", "-Wextra", "-Werror", "-O2", "-pthread", "-o"]).arg(&binary);
    let output = command.arg(&source).current_dir(folder).output().expect("a compiler");
    assert!(output.status.success(), "{compiler:?}: {}", common::stderr(&output));
    binary
}

fn run(medium: Medium, lanes: usize, program: &str) -> Option<Seen> {
    have("cc").then(|| {
        let folder = printed("c", "parlab_board.h");
        let binary = compiled(folder.path(), program, &["cc", "-std=gnu99"]);
        watch(medium, lanes, Command::new(binary).stdout(Stdio::null()))
    })
}

#[test]
fn the_example_is_taken_by_compilers_of_c_and_of_cpp() {
    let folder = printed("c", "parlab_board.h");
    let example = std::fs::read_to_string(folder.path().join("example.c")).unwrap();
    let compilers: [&[&str]; 3] =
        [&["cc", "-std=c99", "-pedantic"], &["cc", "-std=c17"], &["c++", "-x", "c++", "-std=c++11"]];
    for compiler in compilers.into_iter().filter(|compiler| have(compiler[0])) {
        let binary = compiled(folder.path(), &example, compiler);
        for medium in media() {
            let seen = watch(medium, 4, Command::new(&binary).stdout(Stdio::null()));
            seen.assert_well();
            assert_eq!(seen.sums(), (200, 0, 0), "{compiler:?} {medium:?}");
            assert_eq!((seen.total("count").count, seen.total("nap").count), (100, 100));
            let mut indices: Vec<_> = seen.look.records.iter().filter_map(|record| record.index).collect();
            indices.sort_unstable();
            assert_eq!(indices, (0..100).collect::<Vec<_>>());
            let values = seen.look.records.iter().flat_map(|record| &record.values);
            assert!(values.clone().all(|(name, value)| &**name == "total" && *value == 39_999_800_000.0));
            assert_eq!(values.count(), 100);
            assert!(seen.look.lanes.iter().all(|lane| lane.spent_ns[3] >= 50_000_000 && lane.life == Life::Left));
        }
    }
}

#[test]
fn threads_and_forked_processes_are_counted_exactly() {
    const PROGRAM: &str = r#"
#include "parlab_board.h"
#include <sys/wait.h>
static parlab_name parent = PARLAB_NAME("parent"), child = PARLAB_NAME("child"), thread = PARLAB_NAME("thread");
static void many(parlab_name *name, int count) {
    int i;
    for (i = 0; i < count; i++) {
        parlab_begin(name, (uint64_t)i);
        parlab_begin(name, PARLAB_NO_INDEX);
        parlab_end(0);
        parlab_end(i % 10 != 0);
    }
}
static void *work(void *none) { many(&thread, 1000); return none; }
int main(void) {
    pthread_t threads[8];
    int i, status;
    pid_t forked;
    many(&parent, 10);
    parlab_begin(&parent, 99);
    forked = fork();
    if (!forked) { parlab_end(1); many(&child, 20); parlab_flush(); _exit(0); }
    if (waitpid(forked, &status, 0) != forked || status) return 3;
    parlab_end(1);
    for (i = 0; i < 8; i++) pthread_create(&threads[i], 0, work, 0);
    for (i = 0; i < 8; i++) pthread_join(threads[i], 0);
    parlab_end(1);
    return 0;
}
"#;
    for medium in media() {
        let Some(seen) = run(medium, 16, PROGRAM) else { return };
        seen.assert_well();
        assert_eq!(seen.sums(), (9 + 1 + 18 + 7200, 1 + 2 + 800, 0), "{medium:?}");
        assert_eq!(seen.look.lanes.len(), 10, "{medium:?}");
        assert_eq!(["parent", "child", "thread"].map(|name| seen.total(name).count), [11, 20, 8000]);
        assert_eq!(seen.total("thread").failed, 800);
    }
}

#[test]
fn lanes_of_ended_threads_are_used_again_and_names_have_an_end() {
    const PROGRAM: &str = r#"
#include "parlab_board.h"
static parlab_name names[2000];
static char texts[2000][16];
static void *work(void *first) {
    long i, begin = (long)first;
    for (i = begin; i < begin + 100; i++) { parlab_begin(&names[i], 0); parlab_end(1); }
    return 0;
}
int main(void) {
    long i;
    for (i = 0; i < 2000; i++) { snprintf(texts[i], sizeof texts[i], "name %ld", i); names[i].text = texts[i]; }
    for (i = 0; i < 20; i++) {
        pthread_t thread;
        pthread_create(&thread, 0, work, (void *)(i * 100));
        pthread_join(thread, 0);
    }
    return 0;
}
"#;
    let Some(seen) = run(Medium::Memory, 2, PROGRAM) else { return };
    seen.assert_well();
    assert_eq!((seen.sums(), seen.look.refused), ((2000, 0, 0), 0));
    assert_eq!((seen.total("name 0").count, seen.total("(others)").count), (1, 2000 - 2 * 63));
}

#[test]
fn a_program_that_is_killed_is_seen_with_its_task_in_hand() {
    const PROGRAM: &str = r#"
#include "parlab_board.h"
static parlab_name endless = PARLAB_NAME("endless");
int main(void) {
    parlab_begin(&endless, 7);
    parlab_progress(0.25);
    pause();
    return 0;
}
"#;
    if !have("cc") {
        return;
    }
    let folder = printed("c", "parlab_board.h");
    let binary = compiled(folder.path(), PROGRAM, &["cc"]);
    for medium in media() {
        let mut watcher = Watcher::new(medium, 4);
        let mut child = watcher.start(&mut Command::new(&binary));
        let is_in_hand = |look: &OutsideLook| look.lanes.first().is_some_and(|lane| lane.hand.is_some());
        watcher.look_until("a task in hand", is_in_hand);
        child.kill().unwrap();
        watcher.look_until("the end", |look| look.lanes[0].life == Life::Gone);
        assert_eq!(watcher.all.lanes[0].hand.as_ref().unwrap().index, Some(7), "{medium:?}");
        child.wait().unwrap();
    }
}

#[test]
fn without_a_board_nothing_is_said_unless_asked() {
    const PROGRAM: &str = r#"
#include "parlab_board.h"
static parlab_name f = PARLAB_NAME("f");
int main(void) {
    int i;
    for (i = 0; i < 3; i++) { parlab_begin(&f, 1); parlab_turn(PARLAB_LOCK); parlab_value(&f, 1); parlab_end(1); }
    return parlab_is_watched();
}
"#;
    if !have("cc") {
        return;
    }
    let folder = printed("c", "parlab_board.h");
    let binary = compiled(folder.path(), PROGRAM, &["cc"]);
    for board in [None, Some("/nonexistent"), Some("/dev/null"), Some("tcp:127.0.0.1:1:x"), Some("tcp:")] {
        for debug in [false, true] {
            let mut command = Command::new(&binary);
            command.env_remove(BOARD_VARIABLE).envs(board.map(|board| (BOARD_VARIABLE, board)));
            command.envs(debug.then_some(("PARLAB_DEBUG", "1")));
            let output = command.output().unwrap();
            assert!(output.status.success(), "{board:?}");
            let lines = usize::from(debug && board.is_some());
            assert_eq!(common::stderr(&output).lines().count(), lines, "{board:?}: {}", common::stderr(&output));
        }
    }
}
