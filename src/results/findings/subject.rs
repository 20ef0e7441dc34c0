//! What a scenario is about, where that is more than time: updates that were lost, memory, bytes moved a second.
//!
//! The rules go by what was measured, whatever the kind, and are silent where nothing of it was.

use super::super::loss::SharedLoss;
use super::facts::{Fact, FindingInput};
use super::finding::Wording;
use crate::record::MemoryCourse;
use crate::results::INTERVAL;
use crate::units;

/// Memory that differs by less than this factor is as good as the same.
const MORE: f64 = 1.25;

/// What was lost of what the tasks share: of the configuration that lost most, or that none lost anything.
pub(super) fn loss(facts: &FindingInput) -> Option<Wording> {
    let all: Vec<(&Fact, SharedLoss)> = facts.rows.iter().filter_map(|fact| Some((fact, fact.loss?))).collect();
    let &(worst, most) = all.iter().max_by(|a, b| a.1.share().total_cmp(&b.1.share()))?;
    let (things, happened) = (most.things(), most.happened());
    let message = if most.part <= 0.0 {
        format!("No {things} {happened}: all {} of each trial are there.", whole(most.whole))
    } else {
        let spared: Vec<&str> =
            all.iter().filter(|(_, loss)| loss.part <= 0.0).map(|(fact, _)| fact.label.as_str()).collect();
        let spared = match spared.as_slice() {
            [] => String::new(),
            [only] => format!("; {only} {happened} none"),
            [first, .., last] if spared.len() == 2 => format!("; {first} and {last} {happened} none"),
            _ => format!("; {} configurations {happened} none", spared.len()),
        };
        format!(
            "{} {happened} {} of {} {things}, {}{spared}.",
            worst.label,
            whole(most.part),
            whole(most.whole),
            units::percent(most.share())
        )
    };
    Some(Wording { weight: 94, message })
}

fn whole(n: f64) -> String {
    units::count(n.max(0.0).round() as u64)
}

/// How much memory the configuration with the most of it took, whose that was, and how it came; beside the one with the
/// least.
pub(super) fn memory(facts: &FindingInput) -> Option<Wording> {
    let all: Vec<(&Fact, &MemoryCourse)> =
        facts.rows.iter().filter_map(|fact| Some((fact, fact.memory.as_ref()?))).collect();
    let &(fact, most) = all.iter().max_by_key(|(_, memory)| memory.peak_bytes)?;
    let &(other, least) = all.iter().min_by_key(|(_, memory)| memory.peak_bytes)?;
    let grew = most.total_bytes.first().zip(most.at_s.get(most.peak_at()));
    let grew = grew.filter(|(first, at_s)| **at_s > 0.0 && most.peak_bytes as f64 >= MORE * **first as f64);
    let grew = grew.map(|(first, at_s)| format!(", up from {} within {}", units::bytes(*first), units::seconds(*at_s)));
    let whose = most.shares().map(|shares| format!(" ({shares})")).unwrap_or_default();
    let verb = if fact.workers == 1 || fact.is_program { "takes" } else { "take" };
    let taken =
        format!("{} {verb} {} of memory{whose}{}", fact.label, units::bytes(most.peak_bytes), grew.unwrap_or_default());
    if all.len() == 1 {
        return Some(Wording { weight: 60, message: format!("{taken}.") });
    }
    let message = if most.peak_bytes as f64 >= MORE * least.peak_bytes as f64 {
        format!("{taken}; {} {}.", other.label, units::bytes(least.peak_bytes))
    } else {
        format!("No clear difference in memory: {taken}, and the others are within a quarter of that.")
    };
    Some(Wording { weight: 91, message })
}

/// How many bytes a second the fastest moved, beside the baseline.
pub(super) fn moved(facts: &FindingInput) -> Option<Wording> {
    let rate = |fact: &Fact| fact.bytes_per_s.filter(|rate| rate.is_finite());
    let all = facts.rows.iter().filter_map(|fact| Some((fact, rate(fact)?)));
    let (best, most) = all.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let gb = |rate: f64| format!("{} GB/s", units::digits(rate / 1e9));
    let reference = facts.reference().filter(|reference| reference.label != best.label);
    let Some((reference, alone)) = reference.and_then(|reference| Some((reference, rate(reference)?))) else {
        return Some(Wording {
            weight: 91,
            message: format!("Data moved at {} at most, with {}.", gb(most), best.label),
        });
    };
    let unclear = match best.unclear() {
        Some(_) => format!("No clear difference within the {INTERVAL} interval: data"),
        None => "Data".to_owned(),
    };
    let message = format!(
        "{unclear} moved at {} with {}, against {} with {}: {} times as fast with {} times the workers.",
        gb(most),
        best.label,
        gb(alone),
        reference.label,
        units::digits(most / alone),
        units::digits(f64::from(best.workers) / f64::from(reference.workers.max(1)))
    );
    Some(Wording { weight: 91, message })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{facts, processes, serial, threads};
    use super::*;
    use crate::record::ProcessMemory;

    fn said(rule: fn(&FindingInput) -> Option<Wording>, rows: Vec<Fact>) -> String {
        rule(&facts(rows)).map_or_else(String::new, |said| said.message)
    }

    fn lost(fact: Fact, part: f64) -> Fact {
        let tally = [("lost", part), ("expected", 16e6)].map(|(name, value)| (name.to_owned(), value));
        Fact { loss: SharedLoss::of(&tally.into_iter().collect()), ..fact }
    }

    #[test]
    fn what_was_lost_is_told_of_the_worst() {
        let rows = vec![lost(serial(1.0), 0.0), lost(threads(2, 1.0), 4e6), lost(threads(4, 1.0), 8e6)];
        assert_eq!(said(loss, rows), "threads × 4 lost 8 000 000 of 16 000 000 updates, 50 %; serial lost none.");
        let rows = vec![lost(serial(1.0), 0.0), lost(threads(2, 1.0), 0.0)];
        assert_eq!(said(loss, rows), "No updates lost: all 16 000 000 of each trial are there.");
        assert_eq!(said(loss, vec![serial(1.0), threads(2, 0.5)]), "");
    }

    const MIB: u64 = 1 << 20;

    /// One process a worker and their parent, from 64 MiB in all to `each` MiB in each of them.
    fn remembers(fact: Fact, each: u64) -> Fact {
        let processes: Vec<ProcessMemory> = (0..fact.workers)
            .map(|worker| ProcessMemory { workers: vec![worker], bytes: vec![16 * MIB, each * MIB] })
            .collect();
        let total = (u64::from(fact.workers) + 1) * each * MIB;
        let memory = MemoryCourse {
            peak_bytes: total,
            at_s: vec![0.0, 0.5],
            total_bytes: vec![64 * MIB, total],
            processes,
            parent_bytes: Some(vec![16 * MIB, each * MIB]),
        };
        Fact { memory: Some(memory), ..fact }
    }

    #[test]
    fn memory_is_told_with_whose_it_is_and_how_it_came() {
        let rows = vec![remembers(serial(1.0), 32), remembers(processes(4, 1.0), 64)];
        assert_eq!(
            said(memory, rows),
            "processes × 4 take 320 MiB of memory (4 × 64.0 MiB in the workers, 64.0 MiB in their parent), up from 64.0 \
             MiB within 500 ms; serial 64.0 MiB."
        );
        let same = said(memory, vec![remembers(serial(1.0), 32), remembers(threads(1, 1.0), 33)]);
        assert!(same.starts_with("No clear difference in memory: threads × 1 takes 66.0 MiB"), "{same}");
        assert_eq!(said(memory, vec![serial(1.0)]), "");
    }

    #[test]
    fn rates_are_told_beside_the_baseline() {
        let at = |fact: Fact, rate| Fact { bytes_per_s: Some(rate), ..fact };
        let rows = vec![at(serial(1.0), 10e9), at(threads(2, 0.8), 12.5e9)];
        assert_eq!(
            said(moved, rows.clone()),
            "Data moved at 12.5 GB/s with threads × 2, against 10.0 GB/s with serial: 1.25 times as fast with 2.00 times the \
             workers."
        );
        let interval = Some(crate::analysis::Interval { low: 0.9, high: 1.4 });
        let open = vec![rows[0].clone(), Fact { speedup_ci95: interval, ..rows[1].clone() }];
        assert!(said(moved, open).starts_with("No clear difference within the 95 % interval: data moved at 12.5 GB/s"));
        assert_eq!(said(moved, vec![at(serial(1.0), 10e9)]), "Data moved at 10.0 GB/s at most, with serial.");
        assert_eq!(said(moved, vec![serial(1.0), threads(2, 0.5)]), "");
    }
}
