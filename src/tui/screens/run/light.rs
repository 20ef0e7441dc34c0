//! The light of the Run screen: whether the machine is quiet, and who takes the CPUs if it is not; in words that a colour
//! underlines. What is shown is decided in one place, from figures alone.

use std::time::Duration;

use super::state::RunMonitor;
use crate::machine::Sample;
use crate::machine::noise_limits::{OTHERS_MAX, SPEED_MAX, STEAL_MAX, THROTTLED_MAX};
use crate::record::NoiseCause;
use crate::results::NoiseFigures;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;
use crate::units;

/// The share from which on the meters tell of a cause: a sample is good to a few percent, and a light that flickers tells nothing.
const LIVE_MAX: f64 = 0.1;
/// Own load that was read longer ago says nothing of others' now.
const OLD: Duration = Duration::from_secs(2);

/// What is known of the noise; shares of the usable CPUs' time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Known {
    pub(super) others: Option<f64>,
    pub(super) steal: Option<f64>,
    pub(super) throttled: Option<f64>,
    /// The best yardstick of the run's trials in which as many CPUs were busy ÷ the present one.
    pub(super) speed: Option<f64>,
}

/// What the light shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Light {
    /// Nothing: too little is known.
    Dark,
    /// Nothing else takes the CPUs.
    Quiet,
    /// These do, the most telling first, with how much.
    Noisy(Vec<(NoiseCause, f64)>),
}

impl Light {
    /// By what the meters see now and what the last trial told: the meters count where they know something.
    pub(super) fn of(live: &Known, last: &Known) -> Self {
        let live_or_last = |live: Option<f64>, last: Option<f64>, most: f64| match live {
            Some(share) => Some((share, LIVE_MAX)),
            None => last.map(|share| (share, most)),
        };
        let slower = last.speed.filter(|speed| *speed > 0.0).map(|speed| 1.0 - speed);
        let seen = [
            (NoiseCause::Others, live_or_last(live.others, last.others, OTHERS_MAX)),
            (NoiseCause::Steal, live_or_last(live.steal, last.steal, STEAL_MAX)),
            (NoiseCause::Throttled, last.throttled.map(|share| (share, THROTTLED_MAX))),
            (NoiseCause::Speed, slower.map(|slower| (slower, SPEED_MAX))),
        ];
        if seen[0].1.is_none() && seen[1].1.is_none() {
            return Self::Dark;
        }
        let noisy = seen.into_iter().filter_map(|(cause, seen)| seen.map(|(share, most)| (cause, share, most)));
        let noisy: Vec<_> =
            noisy.filter(|(_, share, most)| share > most).map(|(cause, share, _)| (cause, share)).collect();
        if noisy.is_empty() { Self::Quiet } else { Self::Noisy(noisy) }
    }

    /// In words and in fewer, the longest first.
    fn words(&self) -> Vec<String> {
        match self {
            Self::Dark => Vec::new(),
            Self::Quiet => vec!["quiet".to_owned()],
            Self::Noisy(causes) => {
                let told: Vec<String> = causes.iter().map(|(cause, share)| in_words(*cause, *share)).collect();
                let fewer = (1..=told.len()).rev().map(|n| format!("noisy: {}", told[..n].join(", ")));
                fewer.chain(["noisy".to_owned()]).collect()
            }
        }
    }

    fn role(&self) -> Role {
        match self {
            Self::Dark => Role::Dim,
            Self::Quiet => Role::Good,
            Self::Noisy(_) => Role::Warn,
        }
    }

    /// The longest words that fit into so many columns, and how they are meant.
    pub(super) fn shown(&self, theme: &Theme, columns: u16) -> Option<(String, Role)> {
        let marked = self.words().into_iter().map(|words| format!("{} {words}", theme.symbols().bullet));
        let text = marked.into_iter().find(|text| paint::width(theme, text) <= columns)?;
        Some((text, self.role()))
    }
}

/// `others' CPU 23 %`, `speed −12 %`.
fn in_words(cause: NoiseCause, share: f64) -> String {
    let share = units::percent(share.max(0.0));
    match cause {
        NoiseCause::Others => format!("others' CPU {share}"),
        NoiseCause::Steal => format!("steal {share}"),
        NoiseCause::Throttled => format!("throttled {share}"),
        NoiseCause::Speed => format!("speed −{share}"),
    }
}

/// The light over a run: by the meters while a trial goes on, and by the last that has ended.
pub(super) fn of_run(run: &RunMonitor, sample: Option<&Sample>) -> Light {
    let live = sample.filter(|_| run.record.current.is_some()).map(of_sample).unwrap_or_default();
    Light::of(&live, &of_last(run).unwrap_or_default())
}

/// What the meters see of the usable cores.
fn of_sample(sample: &Sample) -> Known {
    let usable = || sample.layout.iter().enumerate().filter(|(_, core)| core.usable).map(|(place, _)| place);
    let load = |loads: &[f32]| usable().filter_map(|place| loads.get(place)).copied().map(f64::from).sum::<f64>();
    let own = sample.own.as_ref().filter(|_| sample.own_age < OLD);
    let others = own.map(|own| (load(&sample.cores) - load(own)).max(0.0) / usable().count().max(1) as f64);
    Known { others, steal: sample.steal, ..Known::default() }
}

/// What the last trial told, its speed as that of its configuration.
fn of_last(run: &RunMonitor) -> Option<Known> {
    let (trial, outcome) = run.record.finished.last()?;
    let noise = outcome.noise.as_ref()?;
    let config = run.record.plan().and_then(|plan| plan.trials.get(*trial)).map(|trial| trial.config);
    let figures = config.and_then(|config| run.figures().rows.get(config)).and_then(|row| row.noise);
    let share = |seconds: Option<f64>| noise.share(seconds?);
    Some(Known {
        others: share(noise.others_s),
        steal: share(noise.steal_s),
        throttled: share(noise.throttled_s),
        speed: figures.and_then(|NoiseFigures { speed_of_alike, .. }| speed_of_alike),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Colours, Glyphs};

    const QUIET: Known = Known { others: Some(0.01), steal: Some(0.0), throttled: Some(0.0), speed: Some(0.99) };

    #[test]
    fn it_is_dark_while_nothing_is_known() {
        let nothing = Known::default();
        assert_eq!(Light::of(&nothing, &nothing), Light::Dark);
        assert_eq!(Light::Dark.shown(&Theme::FULL, 80), None);
        assert_eq!(Light::of(&nothing, &Known { speed: Some(1.0), ..nothing }), Light::Dark, "that is not enough");
    }

    #[test]
    fn the_meters_count_before_the_last_trial() {
        let live = |others| Known { others: Some(others), ..Known::default() };
        let last = |others| Known { others: Some(others), ..QUIET };
        assert_eq!(Light::of(&live(0.05), &last(0.5)), Light::Quiet);
        assert_eq!(Light::of(&live(0.2), &last(0.0)), Light::Noisy(vec![(NoiseCause::Others, 0.2)]));
        assert_eq!(Light::of(&Known::default(), &last(0.06)), Light::Noisy(vec![(NoiseCause::Others, 0.06)]));
        assert_eq!(Light::of(&live(0.1), &last(0.0)), Light::Quiet, "a sample is not so exact");
    }

    #[test]
    fn every_cause_is_told_by_its_name() {
        let noisy = Known { others: Some(0.23), steal: Some(0.04), throttled: Some(0.03), speed: Some(0.88) };
        let light = Light::of(&Known::default(), &noisy);
        let shown = |columns| light.shown(&Theme::FULL, columns).expect("words");
        let all = "• noisy: others' CPU 23 %, steal 4.0 %, throttled 3.0 %, speed −12 %";
        assert_eq!(shown(80), (all.to_owned(), Role::Warn));
        assert_eq!(shown(44).0, "• noisy: others' CPU 23 %, steal 4.0 %");
        assert_eq!(shown(30).0, "• noisy: others' CPU 23 %");
        assert_eq!(shown(8).0, "• noisy");
        assert_eq!(light.shown(&Theme::FULL, 5), None);
    }

    #[test]
    fn words_say_it_without_colours_and_beyond_ascii() {
        let plain = Theme { colours: Colours::None, glyphs: Glyphs::Ascii };
        assert_eq!(Light::of(&QUIET, &QUIET).shown(&plain, 80), Some(("* quiet".to_owned(), Role::Good)));
        let (text, _) = Light::of(&QUIET, &Known { speed: Some(0.8), ..QUIET }).shown(&plain, 80).expect("words");
        assert_eq!(plain.text(&text), "* noisy: speed -20 %");
    }
}
