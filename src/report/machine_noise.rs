//! Whether one may measure now, in words and for scripts.

use serde::Serialize;

use crate::machine::{NoiseNow, Unrest};
use crate::units;

/// The noise of the machine for scripts.
#[derive(Serialize)]
pub(super) struct NoiseNowJson {
    over_s: f64,
    others_cpu: Option<f64>,
    steal: Option<f64>,
    throttled: Option<f64>,
    pressure: Option<f64>,
    yardstick_spread: Option<f64>,
    /// `quiet`, `noisy`, or `unknown` where the system tells too little.
    verdict: &'static str,
    /// Of `others`, `steal`, `throttled`, `speed` those that make it noisy.
    causes: Vec<&'static str>,
}

impl NoiseNowJson {
    pub(super) fn of(noise: &NoiseNow) -> Self {
        let NoiseNow { over_s, others_cpu, steal, throttled, pressure, spread } = *noise;
        let verdict = verdict(noise);
        let causes = noise.unrest().into_iter().map(|(what, _)| name(what)).collect();
        Self { over_s, others_cpu, steal, throttled, pressure, yardstick_spread: spread, verdict, causes }
    }
}

fn verdict(noise: &NoiseNow) -> &'static str {
    match (noise.unrest().is_empty(), noise.is_known()) {
        (false, _) => "noisy",
        (true, true) => "quiet",
        (true, false) => "unknown",
    }
}

fn name(what: Unrest) -> &'static str {
    match what {
        Unrest::Others => "others",
        Unrest::Steal => "steal",
        Unrest::Throttled => "throttled",
        Unrest::Speed => "speed",
    }
}

/// The verdict, then what was measured.
pub(super) fn words(noise: &NoiseNow) -> [String; 2] {
    let verdict = match verdict(noise) {
        "noisy" => format!("noisy: what is measured now is off, since {}", why(noise)),
        "quiet" => "quiet: one may measure now".to_owned(),
        _ => "unknown: the system does not tell what other programs take".to_owned(),
    };
    [verdict, figures(noise)]
}

fn why(noise: &NoiseNow) -> String {
    let all = noise.unrest();
    let all = all.iter().map(|(what, share)| {
        let share = units::percent(*share);
        match what {
            Unrest::Others => format!("other programs take {share} of the usable CPUs"),
            Unrest::Steal => format!("the hypervisor takes {share} of them"),
            Unrest::Throttled => format!("the control group's quota takes {share} of them"),
            Unrest::Speed => format!("the speed of a CPU changes by {share}"),
        }
    });
    all.collect::<Vec<_>>().join(", ")
}

/// `others 1.2 % · steal 0 % · throttled 0 % · pressure 3.0 % · speed within 0.5 %, over 950 ms`
fn figures(noise: &NoiseNow) -> String {
    let parts = [
        ("others ", noise.others_cpu),
        ("steal ", noise.steal),
        ("throttled ", noise.throttled),
        ("pressure ", noise.pressure),
        ("speed within ", noise.spread),
    ];
    let told = parts.iter().filter_map(|(name, share)| share.map(|share| format!("{name}{}", units::percent(share))));
    let told = told.collect::<Vec<_>>().join(" · ");
    if told.is_empty() {
        "nothing was counted".to_owned()
    } else {
        format!("{told}, over {}", units::seconds(noise.over_s))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verdict_comes_with_its_reasons() {
        let quiet = NoiseNow { over_s: 0.95, others_cpu: Some(0.012), steal: Some(0.0), ..NoiseNow::default() };
        assert_eq!(words(&quiet), ["quiet: one may measure now", "others 1.2 % · steal 0 %, over 950 ms"]);
        let noisy = NoiseNow { others_cpu: Some(0.5), spread: Some(0.25), ..quiet };
        let expected = "noisy: what is measured now is off, since other programs take 50 % of the usable CPUs, the speed of a CPU \
             changes by 25 %";
        assert_eq!(words(&noisy)[0], expected);
        assert_eq!(
            (NoiseNowJson::of(&noisy).verdict, NoiseNowJson::of(&noisy).causes),
            ("noisy", vec!["others", "speed"])
        );
        let unknown = NoiseNow::default();
        assert!(words(&unknown)[0].starts_with("unknown"));
        assert_eq!(words(&unknown)[1], "nothing was counted");
    }
}
