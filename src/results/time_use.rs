//! What workers spend their time on, and what that is called. Nothing is added up here.

/// What workers spend their time on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeUse {
    /// Tasks: computing, and what they wait for by themselves.
    Work,
    /// Waits for the lock of an interpreter.
    Lock,
    /// Was not there yet, or not through the gate, when the work began.
    Gate,
    /// Gets tasks through a pipe, and gives back results.
    Pipe,
    /// Gets tasks from shared memory, and puts down results.
    Dispatch,
    /// Has nothing left to do before the last task ends.
    Idle,
    /// Is being started.
    Startup,
    /// Could have run, while other programs, the hypervisor or a quota kept the CPU.
    Others,
    /// Could have run, while parlab's own workers had the CPUs.
    Queue,
    /// Nothing says.
    Unexplained,
}

/// A use with its names.
struct TimeUseNames {
    key: &'static str,
    heading: &'static str,
    doc: &'static str,
}

const NAMES: [TimeUseNames; TimeUse::COUNT] = [
    TimeUseNames { key: "work", heading: "work", doc: "in tasks" },
    TimeUseNames { key: "lock", heading: "lock", doc: "waiting for an interpreter's lock" },
    TimeUseNames { key: "gate", heading: "gate", doc: "not there yet when the work began" },
    TimeUseNames { key: "pipe", heading: "pipe", doc: "getting tasks and giving back results through a pipe" },
    TimeUseNames { key: "dispatch", heading: "dispatch", doc: "getting tasks and putting down results" },
    TimeUseNames { key: "idle", heading: "idle", doc: "nothing left to do before the last task ended" },
    TimeUseNames { key: "startup", heading: "start-up", doc: "being started" },
    TimeUseNames { key: "others", heading: "others", doc: "other programs, the hypervisor or a quota had the CPU" },
    TimeUseNames { key: "queue", heading: "no CPU", doc: "other workers of parlab had the CPU" },
    TimeUseNames { key: "unexplained", heading: "unknown", doc: "nothing says" },
];

impl TimeUse {
    /// How many there are.
    pub const COUNT: usize = 10;
    /// All of them, in the order that they are told in.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Work,
        Self::Lock,
        Self::Gate,
        Self::Pipe,
        Self::Dispatch,
        Self::Idle,
        Self::Startup,
        Self::Others,
        Self::Queue,
        Self::Unexplained,
    ];

    /// Its name in JSON.
    pub fn key(self) -> &'static str {
        NAMES[self as usize].key
    }

    /// What it is called in tables and legends.
    pub fn heading(self) -> &'static str {
        NAMES[self as usize].heading
    }

    /// What workers do meanwhile, in a few words.
    pub fn doc(self) -> &'static str {
        NAMES[self as usize].doc
    }
}

/// Seconds for each use, by its number.
pub(super) type UseSeconds = [f64; TimeUse::COUNT];
