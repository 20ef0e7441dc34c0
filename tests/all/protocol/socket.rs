//! Through a connection, what a process writes last comes, however soon after it ends.

use super::python::python;
use super::*;

/// Many processes side by side, that end at once after a few tasks: by `os._exit`, or as a program ends; those that are
/// begun last end together with the program.
const SHORT: &str = "
import os, parlab_board as b
TASKS, WAVES, AT_ONCE = 7, 12, 10
def work(name):
    for i in range(TASKS): b.run(name, i, int)
b.run('parent', 0, int)
for wave in range(WAVES):
    children = []
    for number in range(AT_ONCE):
        child = os.fork()
        if child == 0:
            work('left' if number % 2 else 'ended')
            if number % 2: os._exit(0)
            raise SystemExit
        children.append(child)
    for child in children: assert os.waitpid(child, 0)[1] == 0
work('parent')
os._exit(0)
";

#[test]
fn what_short_processes_write_last_through_a_connection_is_counted() {
    if !have("python3") {
        return;
    }
    let folder = printed("python", "parlab_board.py");
    let socket = Medium::Socket([127, 0, 0, 1].into());
    let seen = watch(socket, 160, python(Path::new("python3"), folder.path()).args(["-c", SHORT]));
    seen.assert_well();
    assert_eq!(seen.sums(), (120 * 7 + 1 + 7, 0, 0));
    let counts = ["left", "ended", "parent"].map(|name| seen.total(name).count);
    assert_eq!(counts, [60 * 7, 60 * 7, 8], "names come before the tasks that have them");
}
