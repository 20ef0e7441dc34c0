//! What is struck: short runs over backends, schedules and ways of dispatch, and who is struck how.

use super::dice::Dice;

/// A workload and a way to run it, which forks or does not.
struct Template {
    workload: &'static str,
    sweep: &'static str,
    forks: bool,
    /// Whether any schedule will do.
    any_schedule: bool,
}

const SLEEP: &str = "kind = 'sleep'\nunit_s = 0.01\ninputs = { repeat = 1, times = 24 }";
const TINY: &str = "kind = 'square'\ntasks = 120000";
const SENT: &str = "kind = 'square'\ntasks = 6000";
const LOCKED: &str =
    "kind = 'countdown'\nsteps = 20000\ninputs = { repeat = 1, times = 60 }\n[interpreter]\ngil = true";
const PI: &str = "kind = 'pi'\ndarts = 30000\ntasks = 40";

const TEMPLATES: &[Template] = &[
    Template {
        workload: SLEEP,
        sweep: "backends = ['serial', 'threads']\nworkers = 3",
        forks: false,
        any_schedule: true,
    },
    Template { workload: LOCKED, sweep: "backends = ['threads']\nworkers = 3", forks: false, any_schedule: true },
    Template { workload: SLEEP, sweep: "backends = ['processes']\nworkers = [1, 3]", forks: true, any_schedule: true },
    Template { workload: TINY, sweep: "backends = ['processes']\nworkers = [2, 3]", forks: true, any_schedule: true },
    Template {
        workload: PI,
        sweep: "backends = ['processes', 'threads']\nworkers = 2",
        forks: true,
        any_schedule: true,
    },
    Template { workload: SLEEP, sweep: "backends = ['hybrid']\nworkers = '2x2'", forks: true, any_schedule: true },
    Template { workload: LOCKED, sweep: "backends = ['hybrid']\nworkers = '2x2'", forks: true, any_schedule: true },
    Template {
        workload: SENT,
        sweep: "backends = ['processes']\nworkers = 2\ndispatch = 'pipe'\npayload = 64\nchunk = 50",
        forks: true,
        any_schedule: false,
    },
    Template {
        workload: SLEEP,
        sweep: "backends = ['processes', 'hybrid']\nworkers = '2x2'\ndispatch = 'pipe'\npayload = 70000",
        forks: true,
        any_schedule: false,
    },
];

/// Who is struck, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strike {
    WorkerKilled,
    WorkerStopped,
    ForkserverKilled,
    Terminated,
    Interrupted,
    HungUp,
    Killed,
    /// The window is closed in which it runs.
    TerminalClosed,
}

const STRIKES: &[Strike] = &[
    // The way to lose tasks: as often as all others.
    Strike::WorkerKilled,
    Strike::WorkerKilled,
    Strike::WorkerKilled,
    Strike::WorkerStopped,
    Strike::ForkserverKilled,
    Strike::Terminated,
    Strike::Interrupted,
    Strike::HungUp,
    Strike::Killed,
    Strike::TerminalClosed,
];

impl Strike {
    /// Whether it can only fall where workers are forked.
    fn needs_forks(self) -> bool {
        matches!(self, Self::WorkerKilled | Self::WorkerStopped | Self::ForkserverKilled)
    }
}

/// One round: a run, and when it is struck how often.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// The workload, by which rounds are known that must come to the same results.
    pub(super) workload: &'static str,
    pub(super) toml: String,
    pub(super) on_screen: bool,
    pub(super) strike: Strike,
    /// When the first strike falls, as a part of what such a run takes.
    pub(super) moment: f64,
    /// Milliseconds from each strike to the next.
    pub(super) pauses_ms: Vec<u64>,
    /// What is run without schedule and order: rounds with the same take about as long.
    plain: String,
}

/// Strikes fall within this part of what a run takes: the last of it is the report.
const MOMENT_MAX: f64 = 0.8;

impl Case {
    pub(super) fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let template = dice.of(TEMPLATES);
        let fitting: Vec<Strike> =
            STRIKES.iter().copied().filter(|strike| template.forks || !strike.needs_forks()).collect();
        let strike = *dice.of(&fitting);
        let on_screen = strike == Strike::TerminalClosed || dice.below(3) == 0;
        let schedule = if template.any_schedule {
            let schedule = dice.of(&["static", "dynamic", "guided"]);
            let chunk = *dice.of(&["", "chunk = 1\n", "chunk = 3\n", "chunk = 7\n"]);
            format!("schedule = '{schedule}'\n{chunk}")
        } else {
            String::new()
        };
        let strikes = if strike.needs_forks() { 1 + dice.below(3) } else { 1 };
        let moment = MOMENT_MAX * dice.below(1000) as f64 / 1000.0;
        let pauses_ms = (1..strikes).map(|_| dice.below(25) as u64).collect();
        let order = dice.of(&["given", "shuffled"]);
        let Template { workload, sweep, .. } = template;
        let plain = format!(
            "[workload]\n{workload}\n[sweep]\n{sweep}\nbaseline = 'none'\nrepeats = 3\nwarmup = 0\ntimeout_s = 20\n"
        );
        let toml = format!("title = 'Struck'\n{plain}{schedule}order = '{order}'\n");
        Self { workload, toml, on_screen, strike, moment, pauses_ms, plain }
    }

    /// The run without its schedule and order, which others share.
    pub(super) fn plain(&self) -> &str {
        &self.plain
    }

    /// The same workload, run by one thread.
    pub(super) fn undisturbed(&self) -> String {
        let workload = self.workload.replace("\n[interpreter]\ngil = true", "");
        format!("[workload]\n{workload}\n[sweep]\nbackends = ['serial']\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n")
    }
}
