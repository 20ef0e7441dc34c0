//! The backends: a row for each, with everything that is asked about it outside of the code that starts its workers.
//!
//! Only here and in `backend` is a backend called by name; all others ask what it can do. Nothing here starts anything.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::kind::KindSpec;
use super::runtime::Runtime;
use super::schedule::{Dispatch, Schedule};

/// A backend: how the workers of a trial are started, and what follows from that.
#[derive(Debug)]
pub struct BackendSpec {
    /// The word used in TOML, reports and on the screen.
    pub name: &'static str,
    /// What its workers are, in a few words.
    pub summary: &'static str,
    /// The program that its workers run.
    pub runtime: Runtime,
    /// What its workers share with parlab itself, and so what dies with one of them.
    pub isolation: Isolation,
    /// What a scenario may say of the number of its workers.
    pub scales: Scales,
    /// The ways that tasks may take to its workers, at least one; by the first one where nothing is said.
    pub dispatches: &'static [Dispatch],
    /// The schedules that it can follow, at least one; by the first one where it cannot follow what is said.
    pub schedules: &'static [Schedule],
    /// Whether all its workers are threads of one interpreter, if there is one, and so share one lock.
    pub shares_lock: bool,
    /// How many lanes of the board so many workers have.
    pub lanes: fn(u32) -> u32,
    /// For a library of Python: the backend of parlab's own that an emulation of it is run by.
    pub counterpart: Option<BackendKind>,
}

/// What the workers of a backend share with parlab itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// All: it is parlab itself that works, and no worker is started.
    Caller,
    /// Its memory: workers are threads of parlab's process, which dies with any of them.
    SharedMemory,
    /// The board: workers live in processes that are forked, and die alone.
    Forked,
    /// The same, but a launcher starts the processes, and all of them end with one.
    Launched,
    /// Nothing: another program is run, with processes of its own.
    Outside,
}

/// What a scenario may say of the number of a backend's workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scales {
    /// Nothing: there is always one.
    Single,
    /// A number.
    Workers,
    /// Processes with threads: `2x4`.
    Teams,
}

/// All backends, in the order they are listed.
const BACKENDS: &[BackendSpec] = &[
    BackendSpec {
        name: "serial",
        summary: "one loop",
        runtime: Runtime::Parlab,
        isolation: Isolation::Caller,
        scales: Scales::Single,
        dispatches: &[Dispatch::Shared],
        schedules: IN_TURN,
        shares_lock: false,
        lanes: each,
        counterpart: None,
    },
    BackendSpec {
        name: "threads",
        summary: "a pool",
        runtime: Runtime::Parlab,
        isolation: Isolation::SharedMemory,
        scales: Scales::Workers,
        dispatches: &[Dispatch::Shared],
        schedules: &Schedule::ALL,
        shares_lock: true,
        lanes: each,
        counterpart: None,
    },
    BackendSpec {
        name: "processes",
        summary: "forked",
        runtime: Runtime::Parlab,
        isolation: Isolation::Forked,
        scales: Scales::Workers,
        dispatches: &Dispatch::ALL,
        schedules: IN_TURN,
        shares_lock: false,
        lanes: each,
        counterpart: None,
    },
    BackendSpec {
        name: "hybrid",
        summary: "forked pools",
        runtime: Runtime::Parlab,
        isolation: Isolation::Forked,
        scales: Scales::Teams,
        dispatches: &[Dispatch::Shared],
        schedules: IN_TURN,
        shares_lock: false,
        lanes: each,
        counterpart: None,
    },
    BackendSpec {
        name: "program",
        summary: "a program by itself",
        runtime: Runtime::Given,
        isolation: Isolation::Outside,
        scales: Scales::Workers,
        dispatches: &[Dispatch::Shared],
        schedules: &[Schedule::Dynamic],
        shares_lock: false,
        lanes: single,
        counterpart: None,
    },
    BackendSpec {
        name: "python-threads",
        summary: "multiprocessing's ThreadPool",
        counterpart: Some(BackendKind::THREADS),
        ..PYTHON
    },
    BackendSpec { name: "python-processes", summary: "multiprocessing's Pool", ..PYTHON },
    BackendSpec { name: "joblib-loky", summary: "joblib's processes", ..PYTHON },
    BackendSpec {
        name: "joblib-threading",
        summary: "joblib's threads",
        counterpart: Some(BackendKind::THREADS),
        ..PYTHON
    },
    BackendSpec { name: "dask", summary: "Dask's cluster of local processes", ..PYTHON },
    BackendSpec {
        name: "mpi",
        summary: "ranks of MPI",
        runtime: Runtime::Parlab,
        isolation: Isolation::Launched,
        scales: Scales::Workers,
        dispatches: &[Dispatch::Shared],
        schedules: IN_TURN,
        shares_lock: false,
        lanes: each,
        counterpart: None,
    },
];

/// A library of Python, which hands out tasks by its own rules.
const PYTHON: BackendSpec = BackendSpec {
    name: "",
    summary: "",
    runtime: Runtime::Python,
    isolation: Isolation::Outside,
    scales: Scales::Workers,
    dispatches: &[Dispatch::Shared],
    schedules: &[Schedule::Dynamic],
    shares_lock: false,
    lanes: each,
    counterpart: Some(BackendKind::PROCESSES),
};

/// The schedules of workers that take their tasks off the board, each for itself.
const IN_TURN: &[Schedule] = &[Schedule::Static, Schedule::Dynamic, Schedule::Guided];

/// One lane, however many workers the program makes of itself.
const fn single(_: u32) -> u32 {
    1
}

/// A lane for each worker.
const fn each(workers: u32) -> u32 {
    workers
}

impl BackendSpec {
    /// Whether it starts workers, and has a start-up time. What a program does before it works is its own.
    pub fn starts_workers(&self) -> bool {
        self.has_processes() || self.isolation == Isolation::SharedMemory || self.runtime == Runtime::Python
    }

    /// Whether it can run tasks of a kind. What is one loop without workers is so in an interpreter, too.
    pub fn runs(&self, kind: &KindSpec) -> bool {
        self.runtime == kind.runtime || kind.runtime == Runtime::Python && self.isolation == Isolation::Caller
    }

    /// Whether it runs a program that is parallel by itself, and is told how many workers it should have.
    pub fn is_program(&self) -> bool {
        self.runtime == Runtime::Given
    }

    /// Whether its workers die alone, so that it may run what is dangerous to run.
    pub fn is_isolated(&self) -> bool {
        self.isolation == Isolation::Forked
    }

    /// Whether its workers live in processes of their own, which are parlab itself.
    pub fn has_processes(&self) -> bool {
        matches!(self.isolation, Isolation::Forked | Isolation::Launched)
    }

    /// Whether something has to start its workers that may be missing: a launcher of MPI.
    pub fn is_launched(&self) -> bool {
        self.isolation == Isolation::Launched
    }

    /// Whether its workers can be counted one by one: a baseline has one.
    pub fn can_be_baseline(&self) -> bool {
        self.scales != Scales::Teams
    }

    /// The schedule that it follows when this one is asked for.
    pub fn schedule(&self, wanted: Schedule) -> Schedule {
        if self.schedules.contains(&wanted) { wanted } else { self.schedules[0] }
    }

    /// Those of some ways that tasks can take to its workers; its own where they can take none of them.
    pub fn ways_among(&self, wanted: &[Dispatch]) -> Vec<Dispatch> {
        let ways: Vec<Dispatch> = wanted.iter().copied().filter(|way| self.dispatches.contains(way)).collect();
        if ways.is_empty() { self.dispatches[..1].to_vec() } else { ways }
    }
}

/// A backend by its row in the table; in files it goes by its name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BackendKind(u8);

impl BackendKind {
    /// One loop, no workers.
    pub const SERIAL: Self = Self(0);
    /// A thread pool.
    pub const THREADS: Self = Self(1);
    /// Forked processes.
    pub const PROCESSES: Self = Self(2);
    /// Forked processes with a thread pool each.
    pub const HYBRID: Self = Self(3);
    /// A program that is parallel by itself.
    pub const PROGRAM: Self = Self(4);
    /// Python's own pool of threads.
    pub const PYTHON_THREADS: Self = Self(5);
    /// Python's own pool of processes.
    pub const PYTHON_PROCESSES: Self = Self(6);
    /// joblib with its processes.
    pub const JOBLIB_LOKY: Self = Self(7);
    /// joblib with threads.
    pub const JOBLIB_THREADING: Self = Self(8);
    /// A cluster of Dask on this machine.
    pub const DASK: Self = Self(9);
    /// Ranks of MPI.
    pub const MPI: Self = Self(10);

    /// All backends, in the order they are listed.
    pub const ALL: [Self; BACKENDS.len()] = {
        let mut all = [Self(0); BACKENDS.len()];
        let mut row = 1;
        while row < all.len() {
            all[row] = Self(row as u8);
            row += 1;
        }
        all
    };

    /// What is to be known of it.
    pub fn spec(self) -> &'static BackendSpec {
        &BACKENDS[usize::from(self.0)]
    }

    /// Its row in the table: the same in every run of this program, and in no file.
    pub fn row(self) -> usize {
        usize::from(self.0)
    }

    /// The word used in TOML, reports and on the screen.
    pub fn word(self) -> &'static str {
        self.spec().name
    }

    /// The backend that a word names.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|backend| backend.word() == word)
    }

    /// What parlab has of its own like a library of Python; what is none is like itself.
    pub fn counterpart(self) -> Self {
        self.spec().counterpart.unwrap_or(self)
    }

    /// All backends with some property, in the order they are listed.
    pub fn with(property: impl Fn(&BackendSpec) -> bool) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |backend| property(backend.spec()))
    }
}

/// What speedups may be relative to, in the order it is listed: one worker of a backend, or nothing.
pub fn baselines() -> Vec<Option<BackendKind>> {
    BackendKind::with(BackendSpec::can_be_baseline).map(Some).chain([None]).collect()
}

/// The word for a baseline in TOML.
pub fn baseline_word(baseline: Option<BackendKind>) -> &'static str {
    baseline.map_or("none", BackendKind::word)
}

impl fmt::Debug for BackendKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Serialize for BackendKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for BackendKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Self::named(&word).ok_or_else(|| D::Error::custom(format_args!("there is no backend {word:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backend_is_its_row_and_goes_by_its_name() {
        use BackendKind as B;
        let named = [
            (B::SERIAL, "serial"),
            (B::THREADS, "threads"),
            (B::PROCESSES, "processes"),
            (B::HYBRID, "hybrid"),
            (B::PROGRAM, "program"),
            (B::PYTHON_THREADS, "python-threads"),
            (B::PYTHON_PROCESSES, "python-processes"),
            (B::JOBLIB_LOKY, "joblib-loky"),
            (B::JOBLIB_THREADING, "joblib-threading"),
            (B::DASK, "dask"),
            (B::MPI, "mpi"),
        ];
        for (backend, name) in named {
            assert_eq!((backend.word(), B::named(name)), (name, Some(backend)));
        }
        for (index, backend) in B::ALL.into_iter().enumerate() {
            assert_eq!(backend.row(), index);
            let text = serde_json::to_string(&backend).unwrap();
            assert_eq!(text, format!("\"{}\"", backend.word()));
            assert_eq!(serde_json::from_str::<B>(&text).unwrap(), backend);
        }
        let refused = serde_json::from_str::<B>("\"ray\"").unwrap_err().to_string();
        assert!(refused.starts_with("there is no backend \"ray\""), "{refused}");
    }

    #[test]
    fn every_row_has_a_name_of_its_own_a_way_and_a_schedule() {
        for backend in BackendKind::ALL {
            let spec = backend.spec();
            assert_eq!(BackendKind::named(spec.name), Some(backend), "{} is there twice", spec.name);
            assert!(!spec.summary.is_empty() && !spec.dispatches.is_empty() && !spec.schedules.is_empty());
            assert!((spec.lanes)(1) >= 1, "{}", spec.name);
        }
    }

    #[test]
    fn what_cannot_be_had_is_replaced_by_the_first_there_is() {
        let (threads, processes) = (BackendKind::THREADS.spec(), BackendKind::PROCESSES.spec());
        assert_eq!(threads.schedule(Schedule::Stealing), Schedule::Stealing);
        assert_eq!(processes.schedule(Schedule::Stealing), Schedule::Static);
        assert_eq!(processes.schedule(Schedule::Guided), Schedule::Guided);
        let both = [Dispatch::Pipe, Dispatch::Shared];
        assert_eq!(processes.ways_among(&both), both);
        assert_eq!(threads.ways_among(&both), [Dispatch::Shared]);
        assert_eq!(threads.ways_among(&[Dispatch::Pipe]), [Dispatch::Shared]);
    }
}
