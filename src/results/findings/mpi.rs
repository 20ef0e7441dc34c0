//! The ranks of a watched MPI program: what is wrong with them, how much of their time goes to MPI, and who is waited for.

use super::facts::{Fact, FindingInput};
use super::finding::Wording;
use super::program::subject;
use crate::record::{CollectiveFigures, WatchedMpi};

use crate::results::mpi::{clocks_s, collective_in_words, mpi_share, rank_number, trouble_in_words};
use crate::units;

/// Parts of the ranks' time from which on a wait is news.
const NEWS: f64 = 0.05;

fn ranks(facts: &FindingInput) -> Option<&WatchedMpi> {
    subject(facts)?.1.program.mpi.as_deref()
}

/// The time that all ranks lived, together.
fn life_s(mpi: &WatchedMpi) -> f64 {
    mpi.by_rank.iter().map(|rank| rank.life_s).sum()
}

/// Speaks where ranks seem to wait for each other for good, or did not end as they should; of several troubles the worst is
/// told.
pub(super) fn trouble(facts: &FindingInput) -> Option<Wording> {
    let mpi = ranks(facts)?;
    let text = trouble_in_words(mpi, mpi.troubles.first()?);
    let mut letters = text.chars();
    let first = letters.next()?.to_uppercase();
    Some(Wording { weight: 97, message: format!("{first}{}.", letters.as_str()) })
}

/// Says how much of the ranks' time went to MPI; of a study, how that grew.
pub(super) fn share(facts: &FindingInput) -> Option<Wording> {
    let mpi = ranks(facts)?;
    let share = mpi_share(mpi)?;
    let of = |fact: &Fact| mpi_share(fact.program.as_ref()?.program.mpi.as_deref()?);
    let fewest = facts.rows.iter().filter(|fact| of(fact).is_some()).min_by_key(|fact| fact.workers);
    let most = facts.rows.iter().filter(|fact| of(fact).is_some()).max_by_key(|fact| fact.workers);
    let message = match (fewest.and_then(|fact| Some((fact, of(fact)?))), most) {
        (Some((fewest, before)), Some(most)) if most.workers > fewest.workers => format!(
            "Ranks spent {} of their time in MPI with {}, {} with {}.",
            units::percent(before),
            fewest.label,
            units::percent(of(most)?),
            most.label
        ),
        _ => format!(
            "{} rank{} of {} spent {} of their time in MPI.",
            units::count(mpi.by_rank.len() as u64),
            if mpi.by_rank.len() == 1 { "" } else { "s" },
            crate::foreign::escaped(&mpi.library),
            units::percent(share)
        ),
    };
    Some(Wording { weight: 88, message })
}

/// Speaks of the collective that ranks waited longest at, where that was long.
pub(super) fn collective(facts: &FindingInput) -> Option<Wording> {
    let mpi = ranks(facts)?;
    let is_certain = |figures: &&CollectiveFigures| figures.spread_s >= clocks_s(mpi) * figures.count as f64;
    let worst = mpi.collectives.iter().find(is_certain).filter(|worst| worst.waited_s > NEWS * life_s(mpi))?;
    let message = format!(
        "Ranks waited for the last one at {} of their time: {}.",
        units::percent(worst.waited_s / life_s(mpi)),
        collective_in_words(mpi, worst)
    );
    Some(Wording { weight: 86, message })
}

/// Speaks of the rank that another one waited longest for, where that was long.
pub(super) fn late(facts: &FindingInput) -> Option<Wording> {
    let mpi = ranks(facts)?;
    let longest = mpi.waited.first()?;
    let waiter = mpi.by_rank.get(longest.rank as usize)?;
    if longest.seconds <= 2.0 * NEWS * waiter.life_s {
        return None;
    }
    let message = format!(
        "Rank {} waited {} of its time for rank {}, which was late with its message (from samples).",
        rank_number(mpi, longest.rank),
        units::percent(longest.seconds / waiter.life_s),
        rank_number(mpi, longest.on)
    );
    Some(Wording { weight: 85, message })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{facts, serial};
    use super::*;
    use crate::record::{MpiTrouble, TrialOutcome, WaitedFor, WatchedProgram};
    use crate::results::ProgramFigures;
    use crate::results::mpi::tests::{ranks as made, wait};

    fn of(mpi: WatchedMpi) -> ProgramFigures {
        let program = WatchedProgram { mpi: Some(Box::new(mpi)), ..WatchedProgram::default() };
        ProgramFigures::of(&TrialOutcome { wall_s: 10.0, program: Some(program), ..TrialOutcome::default() }).unwrap()
    }

    fn watched(mpi: WatchedMpi) -> FindingInput {
        let mut facts = facts(vec![serial(10.0)]);
        facts.rows[0].program = Some(of(mpi));
        facts
    }

    fn said(rule: fn(&FindingInput) -> Option<Wording>, facts: &FindingInput) -> String {
        rule(facts).map_or_else(String::new, |said| said.message)
    }

    #[test]
    fn the_worst_trouble_is_a_sentence() {
        let circle =
            MpiTrouble::Deadlock { waits: vec![wait(0, "MPI_Recv", &[1], 2.0), wait(1, "MPI_Recv", &[0], 2.0)] };
        let mpi = WatchedMpi { troubles: vec![circle, MpiTrouble::Unseen { ranks: 1 }], ..made(2) };
        assert!(said(trouble, &watched(mpi)).starts_with("Deadlock suspected: 0 → 1 → 0 (0 in MPI_Recv"));
        assert_eq!(said(trouble, &watched(made(2))), "");
    }

    #[test]
    fn the_share_of_mpi_is_told_and_of_a_study_how_it_grew() {
        assert_eq!(said(share, &watched(made(2))), "2 ranks of MPICH 4.0.2 spent 20 % of their time in MPI.");
        let mut study = facts(vec![serial(10.0), serial(6.0)]);
        for (row, n) in study.rows.iter_mut().zip([1, 4]) {
            (row.workers, row.label, row.program) = (n, format!("program × {n}"), Some(of(made(n))));
        }
        assert_eq!(
            said(share, &study),
            "Ranks spent 15 % of their time in MPI with program × 1, 30 % with program × 4."
        );
    }

    #[test]
    fn who_is_waited_for_is_told_where_that_is_long() {
        let late_one = WaitedFor { rank: 0, on: 1, seconds: 2.0 };
        let collective_figures = CollectiveFigures {
            call: "MPI_Barrier".to_owned(),
            members: 2,
            count: 4,
            waited_s: 2.0,
            last: (1, 4),
            ..CollectiveFigures::default()
        };
        let mut mpi = WatchedMpi { waited: vec![late_one], collectives: vec![collective_figures], ..made(2) };
        assert!(said(late, &watched(mpi.clone())).starts_with("Rank 0 waited 20 % of its time for rank 1"));
        assert!(said(collective, &watched(mpi.clone())).starts_with("Ranks waited for the last one at 10 %"));
        mpi.by_rank[1].clock_s = Some(0.1);
        assert_eq!(said(collective, &watched(mpi.clone())), "", "it may be that clocks go differently");
        (mpi.waited[0].seconds, mpi.collectives[0].waited_s) = (0.5, 0.5);
        assert_eq!([said(late, &watched(mpi.clone())), said(collective, &watched(mpi))], ["", ""]);
    }
}
