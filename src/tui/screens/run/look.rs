//! How the lanes of a run are looked at: how closely, and which of them where there are more than rows.

use crate::tui::widgets::LaneFold;

/// What part of the trial's time the lanes show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LaneZoom {
    /// All of it.
    #[default]
    All,
    /// The last moments, which are so long: hand-overs of an interpreter's lock take 5 ms.
    Last {
        /// In milliseconds.
        ms: u32,
    },
}

impl LaneZoom {
    /// The next closer one; the whole again after the closest.
    pub fn closer(self) -> Self {
        match self {
            Self::All => Self::Last { ms: 200 },
            Self::Last { ms: 51.. } => Self::Last { ms: 50 },
            Self::Last { .. } => Self::All,
        }
    }

    /// The times at both edges in seconds: `whole_s` is where the right one is when all is shown.
    pub(super) fn edges(self, now_s: f64, whole_s: f64) -> (f64, f64) {
        match self {
            Self::All => (0.0, whole_s),
            Self::Last { ms } => {
                let span_s = f64::from(ms) * 1e-3;
                let from_s = (now_s - span_s).max(0.0);
                (from_s, from_s + span_s)
            }
        }
    }

    /// In words: `last 200 ms`.
    pub(super) fn words(self) -> Option<String> {
        match self {
            Self::All => None,
            Self::Last { ms } => Some(format!("last {ms} ms")),
        }
    }
}

/// What of a program may have the whole screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WholePanel {
    /// The end of what it wrote.
    Output,
    /// Who of its ranks waits for whom, and what they sent each other.
    Ranks,
}

/// How the lanes are looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LanesLook {
    /// How closely.
    pub zoom: LaneZoom,
    /// Which of them.
    pub fold: LaneFold,
    /// What of the program has their place, and all others'.
    pub whole: Option<WholePanel>,
}

impl LanesLook {
    /// To what of the program has the whole screen, or back.
    pub fn toggle(&mut self, panel: WholePanel) {
        self.whole = if self.whole == Some(panel) { None } else { Some(panel) };
    }

    /// One after the other from the first one on, or all folded again.
    pub fn toggle_fold(&mut self) {
        self.fold = match self.fold {
            LaneFold::Folded => LaneFold::From(0),
            LaneFold::From(_) => LaneFold::Folded,
        };
    }

    /// The first lane in sight.
    pub fn first(&self) -> usize {
        match self.fold {
            LaneFold::Folded => 0,
            LaneFold::From(first) => first,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_gets_closer_and_begins_anew() {
        let closer = LaneZoom::All.closer();
        assert_eq!(closer, LaneZoom::Last { ms: 200 });
        assert_eq!(closer.closer(), LaneZoom::Last { ms: 50 });
        assert_eq!(closer.closer().closer(), LaneZoom::All);
        assert_eq!(closer.edges(1.5, 4.0), (1.3, 1.5));
        assert_eq!(closer.edges(0.05, 4.0), (0.0, 0.2), "there is nothing before the beginning");
        assert_eq!(LaneZoom::All.edges(1.5, 4.0), (0.0, 4.0));
    }
}
