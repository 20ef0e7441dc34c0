//! Workers that were lost, and what became of their tasks.

use crate::record::{Cause, Loss, Remedy};

use super::facts::FindingInput;
use super::finding::Wording;

/// Speaks whenever a worker was lost.
pub(super) fn lost_workers(facts: &FindingInput) -> Option<Wording> {
    let losses = &facts.losses;
    let first = losses.first()?;
    let count = |remedy: Remedy| losses.iter().filter(|loss| loss.remedy == remedy).count();
    let mut fates = Vec::new();
    match count(Remedy::Retried) {
        0 => {}
        1 => fates.push("1 task was tried again".to_owned()),
        n => fates.push(format!("{n} tasks were tried again")),
    }
    match count(Remedy::TaskFailed) {
        0 => {}
        1 => fates.push("1 was given up".to_owned()),
        n => fates.push(format!("{n} were given up")),
    }
    if count(Remedy::GivenUp) > 0 {
        fates.push("the trial was given up".to_owned());
    }
    if fates.is_empty() {
        fates.push("others took their places".to_owned());
    }
    let lost = match losses.len() {
        1 => "1 worker was lost".to_owned(),
        n => format!("{n} workers were lost"),
    };
    Some(Wording { weight: 95, message: format!("{lost}{}: {}.", cause(first, losses), fates.join(", ")) })
}

/// How they went, if all went the same way.
fn cause(first: &Loss, losses: &[Loss]) -> String {
    match &first.cause {
        cause if losses.iter().any(|loss| loss.cause != *cause) => String::new(),
        Cause::Signal(name) => format!(" to {name}"),
        Cause::Exit(status) => format!(" by an exit with status {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{facts, loss};
    use super::*;

    fn said(losses: Vec<Loss>) -> Option<String> {
        let facts = FindingInput { losses, ..facts(Vec::new()) };
        lost_workers(&facts).map(|said| said.message)
    }

    #[test]
    fn losses_are_counted_by_what_was_done_about_them() {
        use Remedy::{GivenUp, Replaced, Retried, TaskFailed};
        let cases = [
            (vec![Retried], "1 worker was lost to SIGKILL: 1 task was tried again."),
            (vec![Retried, TaskFailed], "2 workers were lost to SIGKILL: 1 task was tried again, 1 was given up."),
            (
                vec![Retried, Retried, TaskFailed, TaskFailed],
                "4 workers were lost to SIGKILL: 2 tasks were tried again, 2 were given up.",
            ),
            (vec![Replaced], "1 worker was lost to SIGKILL: others took their places."),
            (vec![GivenUp], "1 worker was lost to SIGKILL: the trial was given up."),
        ];
        for (remedies, message) in cases {
            assert_eq!(said(remedies.into_iter().map(loss).collect()).as_deref(), Some(message));
        }
        let exit = Loss { cause: Cause::Exit(3), ..loss(Retried) };
        assert_eq!(
            said(vec![exit.clone()]).as_deref(),
            Some("1 worker was lost by an exit with status 3: 1 task was tried again.")
        );
        assert_eq!(said(vec![exit, loss(Retried)]).as_deref(), Some("2 workers were lost: 2 tasks were tried again."));
    }

    #[test]
    fn no_worker_lost_is_no_news() {
        assert_eq!(said(Vec::new()), None);
    }
}
