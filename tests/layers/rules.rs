//! The rules, as tables, and what they object to.

use crate::source::{Mention, Source};

/// A room of the tree: a folder or file directly below `src/`.
pub(crate) struct Room {
    pub(crate) name: &'static str,
    /// The other rooms whose names may occur in it.
    pub(crate) uses: &'static [&'static str],
}

const fn room(name: &'static str, uses: &'static [&'static str]) -> Room {
    Room { name, uses }
}

/// Each room may use rooms further down only, so there are no cycles. `lib.rs` and `main.rs` put everything together
/// and stand outside of this.
pub(crate) const ROOMS: &[Room] = &[
    room("cli", &["batch", "report", "scenario", "protocol"]),
    room(
        "tui",
        &["results", "record", "batch", "backend", "workload", "scenario", "analysis", "chart", "machine", "units"],
    ),
    room("report", &["results", "record", "backend", "workload", "scenario", "analysis", "chart", "machine", "units"]),
    room("results", &["record", "workload", "scenario", "analysis", "chart", "units"]),
    room(
        "engine",
        &["record", "backend", "workload", "scenario", "analysis", "machine", "mpi", "python", "protocol", "units"],
    ),
    room("record", &["backend", "workload", "scenario", "machine", "units"]),
    room("backend", &["workload", "scenario", "machine", "mpi", "python", "protocol", "units"]),
    room("workload", &["scenario", "machine", "units"]),
    room("scenario", &["units"]),
    room("analysis", &["units"]),
    room("chart", &["units"]),
    room("python", &["protocol"]),
    room("machine", &["units"]),
    room("units", &[]),
    room("batch", &[]),
    room("protocol", &[]),
    room("mpi", &[]),
    room("system", &[]),
    room("foreign", &[]),
];

/// The rooms that all others may use, and that use none.
const FOR_ALL: &[&str] = &["system", "foreign"];

/// What holds the rooms together.
const GLUE: &[&str] = &["lib", "main", "command"];

/// Crates that one room alone may name: those that draw, and the second library for calls of the system.
const CRATES_OF_ONE: &[(&str, &str)] = &[("ratatui", "tui"), ("crossterm", "tui"), ("rustix", "system")];

/// Rooms that may print.
const PRINTERS: &[&str] = &["cli", "report", "tui"];

/// The files that may contain `unsafe`, each of which must.
pub(crate) const UNSAFE_FILES: &[&str] = &[
    "src/backend/board/clock.rs",
    "src/backend/board/memory.rs",
    "src/backend/forked/forkserver.rs",
    "src/mpi/runtime/functions.rs",
    "src/mpi/runtime/progress.rs",
    "src/mpi/runtime/window.rs",
    "src/report/closed.rs",
    "src/system/allocator.rs",
    "src/system/fatal.rs",
    "src/system/helper.rs",
    "src/system/jobs.rs",
    "src/system/launch/reap.rs",
    "src/system/outside_memory.rs",
];

/// Longer files do more than one thing.
pub(crate) const LINE_LIMIT: usize = 450;

/// Everything that the rules object to, a line each.
pub(crate) fn objections(sources: &[Source], unsafe_files: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = sources.iter().flat_map(|source| in_one(source, unsafe_files)).collect();
    let needs_unsafe = |file: &str| {
        sources.iter().any(|source| source.path == file && source.mentions().any(|(_, m)| *m == Mention::Unsafe))
    };
    found.extend(
        unsafe_files
            .iter()
            .filter(|file| !needs_unsafe(file))
            .map(|file| format!("{file}: needs no unsafe any more; take it off UNSAFE_FILES in tests/layers/rules.rs")),
    );
    found
}

fn in_one(source: &Source, unsafe_files: &[&str]) -> Vec<String> {
    let path = &source.path;
    let mut found = Vec::new();
    if !source.opens_with_purpose {
        found.push(format!("{path}: must open with //! what it is for and what it must not do"));
    }
    if source.lines > LINE_LIMIT {
        found.push(format!("{path}: {} lines, where {LINE_LIMIT} are the limit; split it", source.lines));
    }
    let room = ROOMS.iter().find(|room| room.name == source.room);
    if room.is_none() && !GLUE.contains(&source.room.as_str()) {
        found.push(format!("{path}: {} is not in the table of rooms in tests/layers/rules.rs", source.room));
    }
    for (line, mention) in source.mentions() {
        if let Some(objection) = to_mention(source, room, unsafe_files, mention) {
            found.push(format!("{path}:{line}: {objection}"));
        }
    }
    found
}

fn to_mention(source: &Source, room: Option<&Room>, unsafe_files: &[&str], mention: &Mention) -> Option<String> {
    let here = source.room.as_str();
    match mention {
        Mention::Own(used) => to_import(room?, used),
        Mention::Foreign(name) => {
            let owner = CRATES_OF_ONE.iter().find(|(foreign, owner)| foreign == name && *owner != here);
            owner.map(|(_, owner)| format!("only {owner} may name {name}"))
        }
        Mention::Print(name) => (!PRINTERS.contains(&here))
            .then(|| format!("{name}! outside of cli, report and tui; return the text instead")),
        Mention::Unsafe => (!unsafe_files.contains(&source.path.as_str()))
            .then(|| "unsafe in a file that is not on UNSAFE_FILES in tests/layers/rules.rs".to_owned()),
    }
}

/// What is wrong with naming `crate::used` in this room.
fn to_import(room: &Room, used: &str) -> Option<String> {
    if used == room.name || FOR_ALL.contains(&used) || room.uses.contains(&used) {
        return None;
    }
    if ROOMS.iter().any(|other| other.name == used) {
        return Some(format!("{} must not use {used}", room.name));
    }
    Some(format!("crate::{used} is no room, and {} may use rooms only", room.name))
}
