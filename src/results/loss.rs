//! What went wrong with what tasks share: updates that were lost, objects that leaked or were freed too early. Known by
//! the names of what the tasks left, whatever the kind.

use std::collections::BTreeMap;

/// A name of something that should not be, what it is a part of, and how both are told.
struct LossKind {
    part: &'static str,
    whole: &'static str,
    /// What happened to them: `lost`.
    happened: &'static str,
    things: &'static str,
    /// Both together.
    name: &'static str,
}

/// Of several that a kind may leave the first that is there counts.
const KINDS: &[LossKind] = &[
    LossKind { part: "lost", whole: "expected", happened: "lost", things: "updates", name: "lost updates" },
    LossKind { part: "leaked", whole: "objects", happened: "leaked", things: "objects", name: "leaked objects" },
];

/// How much of what the tasks share was lost, in a typical trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SharedLoss {
    /// How many.
    pub part: f64,
    /// Of how many.
    pub whole: f64,
    /// Which of [`KINDS`] it is.
    kind: usize,
}

impl SharedLoss {
    /// What a tally tells; `None` if it tells of nothing that could go wrong.
    pub(super) fn of(tally: &BTreeMap<String, f64>) -> Option<Self> {
        let of = |(kind, names): (usize, &LossKind)| {
            let (part, whole) = (*tally.get(names.part)?, *tally.get(names.whole)?);
            (whole > 0.0 && part.is_finite()).then_some(Self { part, whole, kind })
        };
        KINDS.iter().enumerate().find_map(of)
    }

    /// The part of the whole, 0 to 1.
    pub fn share(&self) -> f64 {
        self.part / self.whole
    }

    /// What happened to them, e.g. `lost`.
    pub fn happened(&self) -> &'static str {
        KINDS[self.kind].happened
    }

    /// What they are, e.g. `updates`.
    pub fn things(&self) -> &'static str {
        KINDS[self.kind].things
    }
}

impl SharedLoss {
    /// What both together are called, e.g. `lost updates`.
    pub fn name(&self) -> &'static str {
        KINDS[self.kind].name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(values: &[(&str, f64)]) -> BTreeMap<String, f64> {
        values.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
    }

    #[test]
    fn a_loss_is_known_by_what_was_left() {
        let lost = SharedLoss::of(&tally(&[("lost", 4.0), ("found", 12.0), ("expected", 16.0)])).expect("a loss");
        assert_eq!((lost.share(), lost.happened(), lost.things()), (0.25, "lost", "updates"));
        let leaked = SharedLoss::of(&tally(&[("leaked", 1.0), ("objects", 2.0)])).expect("a loss");
        assert_eq!((leaked.share(), leaked.things()), (0.5, "objects"));
        assert_eq!(SharedLoss::of(&tally(&[("total", 4.0)])), None);
        assert_eq!(SharedLoss::of(&tally(&[("lost", 0.0), ("expected", 0.0)])), None);
    }
}
