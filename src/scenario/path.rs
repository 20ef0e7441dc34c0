//! The path through the bundled scenarios: chapters in the lecture's order, and what goes beyond it.
//!
//! One table, and the only one: an author who bundles a scenario gives it a place here. Nothing here knows which
//! scenarios were run.

/// A part of the path: scenarios that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chapter {
    /// Its heading.
    pub title: &'static str,
    /// The names of its bundled scenarios, in order.
    pub scenarios: &'static [&'static str],
}

/// The path.
pub const PATH: &[Chapter] = &[
    Chapter { title: "A map", scenarios: &["cubes"] },
    Chapter { title: "Waiting", scenarios: &["database", "database-reordered", "users"] },
    Chapter { title: "Computing", scenarios: &["crunch"] },
    Chapter {
        title: "The interpreter's lock",
        scenarios: &["gil-threads", "gil-waiting", "gil-convoy", "gil-processes"],
    },
    Chapter { title: "Why there is a lock", scenarios: &["race", "race-mutex", "race-atomic", "refcounts"] },
    Chapter { title: "Speedup", scenarios: &["speedup"] },
    Chapter { title: "Small tasks", scenarios: &["tiny-tasks", "chunk-size"] },
    Chapter { title: "Processes", scenarios: &["pickling", "hybrid"] },
    Chapter { title: "What data costs", scenarios: &["memory-read", "memory-write"] },
    Chapter { title: "Oversubscription", scenarios: &["matmul-one", "matmul-all"] },
    Chapter { title: "Grid search", scenarios: &["grid-search"] },
    Chapter {
        title: "Python itself",
        scenarios: &[
            "python-gil",
            "gil-real",
            "python-processes",
            "python-load-order",
            "python-speedup",
            "python-small-tasks",
            "python-joblib",
            "python-oversubscription",
            "python-grid-search",
            "python-grid-search-dask",
        ],
    },
    Chapter {
        title: "Message passing",
        scenarios: &["mpi-hello", "mpi-random", "mpi-particles", "mpi-deadlock", "mpi-deadlock-mended"],
    },
    Chapter { title: "Schedules", scenarios: &["mandelbrot-static", "mandelbrot-dynamic", "metg"] },
    Chapter { title: "Reductions", scenarios: &["sum", "sum-shared"] },
    Chapter { title: "What the hardware shares", scenarios: &["sharded", "false-sharing", "triad"] },
];

/// Bundled scenarios that are no part of the path on purpose; they are listed after it.
pub const OUTSIDE: Chapter = Chapter { title: "More", scenarios: &[] };

/// The names along the path.
pub fn names() -> impl Iterator<Item = &'static str> + Clone {
    PATH.iter().flat_map(|chapter| chapter.scenarios).copied()
}

/// The chapter of a bundled scenario: that of the path, or what is outside of it.
pub fn chapter(name: &str) -> &'static Chapter {
    PATH.iter().find(|chapter| chapter.scenarios.contains(&name)).unwrap_or(&OUTSIDE)
}

/// Where a bundled scenario stands among all of them: along the path, then what is outside.
pub(super) fn position(name: &str) -> usize {
    let all = names().chain(OUTSIDE.scenarios.iter().copied());
    all.clone().position(|known| known == name).unwrap_or(all.count())
}
