//! What happened: the few sentences that a run's figures are worth, made by rules and by nothing else.
//!
//! A rule looks at the [`FindingInput`], says its sentence with the figures in it, and how telling that is; or it is
//! silent. Nothing here measures, and nothing is said of what was not measured.
//!
//! To add a rule: a function `fn(&FindingInput) -> Option<Wording>` beside its like, tests for when it speaks and when
//! it must not, and a line in [`RULES`].

mod cpus;
mod efficiency;
mod ended;
mod facts;
mod finding;
#[cfg(test)]
mod fixture;
mod grain;
mod interpreters;
mod lock;
mod losses;
mod makespan;
mod mpi;
mod neighbours;
mod overhead;
mod payload;
mod prediction;
mod program;
mod speed;
mod subject;

use super::figures::Figures;
use super::program::THE_PROGRAM;
use crate::record::RunState;
use crate::scenario::Point;
use facts::FindingInput;
pub use finding::Finding;
use finding::{LEAST, MOST, TELLING, Wording};

/// A rule.
struct Rule {
    name: &'static str,
    speak: fn(&FindingInput) -> Option<Wording>,
}

/// All rules, in the order in which their sentences follow each other.
const RULES: &[Rule] = &[
    Rule { name: "mpi-trouble", speak: mpi::trouble },
    Rule { name: "lost-workers", speak: losses::lost_workers },
    Rule { name: "prediction", speak: prediction::yours },
    Rule { name: "loss", speak: subject::loss },
    Rule { name: "memory", speak: subject::memory },
    Rule { name: "moved", speak: subject::moved },
    Rule { name: "best", speak: speed::best },
    Rule { name: "above-bound", speak: neighbours::above_bound },
    Rule { name: "others", speak: neighbours::others },
    Rule { name: "throttled", speak: neighbours::throttled },
    Rule { name: "steal", speak: neighbours::steal },
    Rule { name: "speed", speak: neighbours::speed },
    Rule { name: "busy-cpus", speak: neighbours::busy_cpus },
    Rule { name: "noise", speak: speed::noise },
    Rule { name: "exit", speak: ended::exit },
    Rule { name: "killed-for-memory", speak: ended::killed_for_memory },
    Rule { name: "stopped", speak: ended::stopped },
    Rule { name: "reached", speak: ended::reached },
    Rule { name: "in-hand", speak: ended::in_hand },
    Rule { name: "busiest", speak: ended::busiest },
    Rule { name: "cpus-used", speak: program::cpus_used },
    Rule { name: "mpi-share", speak: mpi::share },
    Rule { name: "mpi-collective", speak: mpi::collective },
    Rule { name: "mpi-late", speak: mpi::late },
    Rule { name: "gil", speak: program::gil },
    Rule { name: "no-cpu", speak: program::queued },
    Rule { name: "tail", speak: program::tail },
    Rule { name: "lock", speak: lock::held },
    Rule { name: "waiting", speak: cpus::waiting },
    Rule { name: "order", speak: makespan::order },
    Rule { name: "longest", speak: makespan::longest },
    Rule { name: "efficiency", speak: efficiency::below_half },
    Rule { name: "start-up", speak: overhead::start_up },
    Rule { name: "hand-out", speak: overhead::hand_out },
    Rule { name: "switches", speak: cpus::switches },
    Rule { name: "spread", speak: speed::spread },
    Rule { name: "tasks", speak: makespan::tasks },
];

/// The most telling sentences about a run, finished or not; none before anything was measured.
pub fn findings(state: &RunState, figures: &Figures) -> Vec<Finding> {
    if !figures.interpreters().is_empty() {
        return of_each_interpreter(state, figures);
    }
    let payload = payload::a_byte(figures);
    let facts = FindingInput::of(state, figures);
    let others = match figures.points().len() {
        0 => facts.map(|facts| told(&facts, MOST)).unwrap_or_default(),
        few if few <= MOST / LEAST && figures.metg.is_empty() => of_each_point(state, figures),
        _ => {
            let above = facts.as_ref().and_then(neighbours::above_bound);
            let above = above.map(|said| Finding { rule: "above-bound", message: said.message });
            above.into_iter().chain(grain::worth_while(figures)).collect()
        }
    };
    payload.into_iter().chain(others).take(MOST).collect()
}

/// What is to be said of each of a few points by itself: what is said of one is not true of another.
fn of_each_point(state: &RunState, figures: &Figures) -> Vec<Finding> {
    let own = |point| {
        let facts = FindingInput::at(state, figures, Some(point))?;
        Some(told(&facts, LEAST).into_iter().map(|finding| at_point(point, finding)))
    };
    figures.points().into_iter().filter_map(own).flatten().collect()
}

/// Says of which point a sentence is, unless the names of its configurations do.
fn at_point(point: &Point, finding: Finding) -> Finding {
    if point.name().is_some() {
        return finding;
    }
    let mut rest = finding.message.chars();
    let first = rest.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    let message = format!("At {} {}: {first}{}", point.key, point.value_in_words(), rest.as_str());
    Finding { message, ..finding }
}

/// The sentences about a run by several interpreters: about all of them first, then about each by itself.
fn of_each_interpreter(state: &RunState, figures: &Figures) -> Vec<Finding> {
    interpreters::agreement(figures).into_iter().chain(of_each_point(state, figures)).collect()
}

/// The sentences worth telling, chosen by weight, so many of them at most, and told in the order of the table.
fn told(facts: &FindingInput, most: usize) -> Vec<Finding> {
    let spoken = |(place, rule): (usize, &Rule)| (rule.speak)(facts).map(|said| (place, rule.name, said));
    let mut all: Vec<_> = RULES.iter().enumerate().filter_map(spoken).collect();
    all.sort_by_key(|(place, _, said)| (std::cmp::Reverse(said.weight), *place));
    let telling = all.iter().take_while(|(_, _, said)| said.weight >= TELLING).count();
    all.truncate(telling.clamp(LEAST, most));
    all.sort_by_key(|(place, _, _)| *place);
    all.into_iter().map(|(_, rule, said)| Finding { rule, message: sentence(&said.message) }).collect()
}

/// With a capital at its beginning where that is the name of what is told of, which is a word like others.
fn sentence(message: &str) -> String {
    let rest = message.strip_prefix(THE_PROGRAM).map(|rest| format!("The program{rest}"));
    rest.unwrap_or_else(|| message.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use fixture::{facts, serial, threads};

    #[test]
    fn rules_have_names_of_their_own() {
        let names: HashSet<&str> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), RULES.len());
    }

    #[test]
    fn a_dull_run_gets_two_sentences() {
        let told = told(&facts(vec![serial(1.0), threads(2, 0.52)]), MOST);
        assert_eq!(told.iter().map(|finding| finding.rule).collect::<Vec<_>>(), ["best", "spread"]);
    }

    #[test]
    fn a_run_without_figures_gets_none() {
        assert_eq!(told(&facts(Vec::new()), MOST), []);
        assert_eq!(findings(&RunState::default(), &Figures::default()), []);
    }

    #[test]
    fn the_most_telling_are_told_in_the_order_of_the_table() {
        let mut facts = facts(vec![
            serial(1.0),
            fixture::Fact { preemptions: 5, ..threads(2, 1.1) },
            fixture::Fact { preemptions: 500, startup_s: Some(2.0), ..threads(4, 1.2) },
        ]);
        facts.losses = vec![fixture::loss(crate::record::Remedy::Retried)];
        facts.rows[1].speedup_ci95 = Some(crate::analysis::Interval { low: 0.8, high: 1.2 });
        facts.rows[2].order = Some(fixture::order(&[1.0, 1.0], 4));
        let told = told(&facts, MOST);
        assert_eq!(told.len(), MOST, "{told:?}");
        let places: Vec<usize> =
            told.iter().filter_map(|f| RULES.iter().position(|rule| rule.name == f.rule)).collect();
        assert!(places.is_sorted(), "{told:?}");
        assert!(told.iter().all(|finding| finding.rule != "spread"), "{told:?}");
    }
}
