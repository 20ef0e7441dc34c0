//! The protocol in words, for those who write a writer: made of the layout itself, so that no offset on it can be wrong.
//!
//! `PROTOCOL.md` is this page; a test fails when it is stale.

use super::activity::OutsideActivity;
use super::layout::{
    Cell, HEADER_CELLS, LANE_CELLS, MAJOR, MINOR, NAME_BYTES, NAMES, RECORD_CELLS, RING_RECORDS, Shape,
};

const OPENING: &str = "\
# parlab.board/1

How a program shows its tasks in parlab, live: it writes them to a board, memory that parlab made and reads. Writers for
Python and C are printed by `parlab adapter python` and `parlab adapter c`; this page is for all others.

`PARLAB_BOARD` in the environment says where the board is. Without it a program writes nothing.

- `/proc/PID/fd/N` or `/dev/shm/NAME`: a file to be opened for reading and writing and mapped shared, whole.
- `tcp:HOST:PORT:SECRET`: there is no shared memory. See the end of this page.

A writer that cannot open its board, or does not know what it finds there, runs on and says nothing. parlab never waits
for a writer and no writer for parlab. A writer that does not keep to this page harms its own lane alone, is told of, and
the rest is read on.

## Words

All cells are words of 8 bytes in the machine's own order, at offsets that 8 divides, and are stored by one store of 8
bytes each. Where an order of stores is given, it is to be kept (a store with release, where the language has it).
Times are nanoseconds of `CLOCK_MONOTONIC`. Texts are UTF-8 with zeros behind them.

The header says where everything else is: go by it, not by the offsets of this page, which are those of this version.
Another major version is not to be written to; a higher minor one is like this one with more cells behind these.
";

const LANES: &str = "\
## Lanes

A lane is written by one thread, and by no other. To claim one:

1. Take a lock on the board for writing, bytes 0 to 8, by `fcntl(F_SETLK)`; within a process, threads need a lock of their
   own, too. Closing any descriptor of the file frees it. Give up after
   two seconds: who holds it for longer is stopped, or hostile.
2. Find the first lane whose `generation` is 0 or odd; when there is none, one whose `left_at` is not 0 or whose thread is
   no more (`/proc/PID/task/TID`, or `/proc/PID/task/PID` where `tid` is 0). When there is none either, add 1 to `refused`, and run on without a lane.
3. Make `generation` odd (`generation | 1`). Copy `done`, `failed`, `extra` and `hand` to `base_done`, `base_failed`,
   `base_extra` and `previous_hand`. Set `hand`, `started`, `left_at`, `fraction`, `activity`,
   `spent`, `pending_names` and `memory` to 0, and `pid`, `tid`, `claimed_at` and `thread_name` to what they are. Add 1 to `generation`: it is even again.
4. Free the lock.

What was counted in the lane before goes on: `done`, `failed`, `extra`, the names and the ring stay as they are. After a
fork, the child claims a lane of its own. A thread that ends stores `left_at`.

A program may tell of threads elsewhere, that cannot write to this board: it claims a lane for each, with 0 for `tid`, its
own process for `pid` and a name that says whose it is, and writes all of them in one thread. Such a lane ends when it is
left, or when that process does. When it is left with a task in hand, the thread is lost, and the task with it. `memory`
is told in one of the lanes of a process.
";

const TASKS: &str = "\
## Tasks

A task begins: store `started`, then `hand`.

A task ends: write its record to the ring, cell by cell, `number` last; then add 1 to `failed` if it failed, set `hand` to
0, and store `done`, last of all.

Of tasks within tasks of the same thread, the outermost counts; the others are not written.

A key is the number of a name in the lane's `task_names`, shifted up by 48 bits, and an index below; where there is no
index, all 48 bits are set. A name is stored first, then `names_used`; names are never changed. When there is room for one
name more, it is `(others)`, and stands for all that follow.

A figure that comes of a task is a record of its own before the one of the task: `key` with bit 62, the number of the
figure's name among `task_names` in `start`, the figure as a double in `end`; then `extra` goes up by 1, and `done` does
not.

`fraction` says how much of the task in hand is done.

How many tasks of a name are still to be done may be told in any one lane: in `pending`, at the place of the name's number;
then `pending_names` says how many of these places are told.

A thread runs while it has a task in hand, and is idle while it has none. What it does in particular is told by
`activity`; when that ends, its nanoseconds are added to `spent`, at the place of its number.
";

const SOCKET: &str = "\
## Without shared memory

A thread opens a connection of its own, and sends 16 words: `magic`, `major`, its pid, its tid, the secret's 32 letters in
4 words, and the name of the thread in 8. The answer is a word: 0, or 1 when there is no lane for it, after which the
connection ends. After 0 come the first 64 words of a header: those of a board that has one lane. The writer makes such a
board in its own memory, with its lane claimed, writes to it as to any other, and sends what has changed when 100 ms have
passed, when half a ring is full, and when it ends.

What it sends are messages, each a word (its kind, and the bytes that follow shifted up by 8 bits) and what follows:

| kind | follows | is |
|---|---|---|
| 1 | nothing | a question for the time; the answer is a word, parlab's clock |
| 2 | 2 words | what to add to the writer's clock, and how far that may be off, in nanoseconds: from the quickest of some questions |
| 3 | an offset in the lane, then words | cells as they are now |
| 4 | records | records of the ring, in the order of their numbers, which may leave some out |

No message has more than 131 072 bytes. Names, and `names_used` with them, go before the records that need them, records before
the cells that count them. Of the cells before `left_at` none is sent.
";

/// The page.
pub fn protocol_page() -> String {
    format!(
        "{OPENING}\n## The header\n\nVersion {MAJOR}.{MINOR}. Written once, by parlab, but for `refused`.\n\n{}\n{LANES}\n\
         ### Cells of a lane\n\nA lane has room for {NAMES} names of {NAME_BYTES} bytes.\n\n{}\n{TASKS}\n\
         | number | activity | within |\n|---|---|---|\n{}\n### Cells of a record\n\nThe ring of a lane has {RING_RECORDS} \
         records of {} bytes together; one that was overwritten before parlab\nread it is known by the counts alone.\n\n{}\n\
         {SOCKET}",
        table(HEADER_CELLS),
        table(LANE_CELLS),
        OutsideActivity::ALL.map(activity).concat(),
        Shape::RING_BYTES,
        table(RECORD_CELLS),
    )
}

fn table(cells: &[Cell]) -> String {
    let rows = cells.iter().map(|cell| {
        let words = if cell.words == 1 { String::new() } else { cell.words.to_string() };
        format!("| {} | `{}` | {words} | {} |\n", cell.at, cell.name, cell.says)
    });
    format!("| at | cell | words | holds |\n|---|---|---|---|\n{}", rows.collect::<String>())
}

fn activity(activity: OutsideActivity) -> String {
    let within = if activity.is_within_a_task() { "a task" } else { "no task" };
    format!("| {} | {} | {within} |\n", activity as u64, activity.word())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_that_is_kept_is_that_of_the_layout() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/protocol/PROTOCOL.md");
        if std::env::var_os("PARLAB_UPDATE_FRAMES").is_some() {
            std::fs::write(path, protocol_page()).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(kept == protocol_page(), "PROTOCOL.md is stale; PARLAB_UPDATE_FRAMES=1 writes it anew");
    }
}
