//! What the machine did besides: that it was quiet, or what took how much of which configuration.

use super::wrap::wrapped;
use crate::results::{BusyCpus, Figures, NoiseFigures, Row};
use crate::units::{self, Side, aligned};

const NOTE: &str = "Noise, as medians of the repeats. Of the usable CPUs' time: others, what other programs took; steal, \
                    what the hypervisor took; throttled, what the quota of the control group took; runnable, what workers \
                    waited for a CPU, by which more workers than CPUs take turns. Slower: how much longer a fixed piece of \
                    work in registers took than at its best with as many CPUs busy.";

/// One line where nothing was remarkable, else a line a configuration; nothing where nothing was counted.
pub(super) fn render(figures: &Figures, width: usize) -> String {
    let known: Vec<&NoiseFigures> = figures.rows.iter().filter_map(|row| row.noise.as_ref()).collect();
    if known.is_empty() {
        return String::new();
    }
    if known.iter().all(|noise| noise.causes().next().is_none() && noise.tainted == 0) {
        return wrapped(&quiet(&known), width, "");
    }
    let mut rows =
        vec![["", "others", "steal", "throttled", "runnable", "slower", "noisy"].map(str::to_owned).to_vec()];
    rows.extend(figures.rows.iter().map(line));
    let note = format!("{NOTE}{}{}", when_busy(&known), cost(&known));
    format!("{}\n{}", wrapped(&note, width, ""), aligned(&rows, Side::of_figures).join("\n"))
}

/// `Noise: quiet. Other programs took 0.40 % of the usable CPUs' time at most, …`
fn quiet(known: &[&NoiseFigures]) -> String {
    let most =
        |figure: fn(&NoiseFigures) -> Option<f64>| known.iter().filter_map(|noise| figure(noise)).reduce(f64::max);
    let parts = [
        ("other programs took", most(|noise| noise.others_cpu)),
        ("the hypervisor", most(|noise| noise.steal)),
        ("the control group's quota", most(|noise| noise.throttled)),
    ];
    let told = parts.iter().filter_map(|(who, share)| share.map(|share| format!("{who} {}", units::percent(share))));
    let told = told.collect::<Vec<_>>().join(", ");
    let slowest = known.iter().filter_map(|noise| noise.speed_of_alike).reduce(f64::min);
    let speed = slowest.map(|speed| format!(" CPUs were at most {} slower than at their best.", slower(speed)));
    let told = if told.is_empty() {
        "Noise: the trials were too short to count it.".to_owned()
    } else {
        format!("Noise: quiet. Of the usable CPUs' time, {told} at most.")
    };
    format!("{told}{}{}{}", speed.unwrap_or_default(), when_busy(known), cost(known))
}

/// That CPUs are slower when many of them work, where they are.
fn when_busy(known: &[&NoiseFigures]) -> String {
    let all = known.iter().filter_map(|noise| noise.slower_when_busy());
    let slowest = all.max_by(|a, b| a.slower.total_cmp(&b.slower));
    slowest.map_or_else(String::new, |BusyCpus { busy, fewest, slower }| {
        let slower = units::percent(slower);
        format!(" With {busy} of them busy, CPUs are {slower} slower than with {fewest}: that is no noise.")
    })
}

/// What the yardstick cost.
fn cost(known: &[&NoiseFigures]) -> String {
    let most = known.iter().filter_map(|noise| noise.yardstick_cost_s).reduce(f64::max);
    most.map_or_else(String::new, |cost_s| {
        format!(" To tell that cost a worker {}, in no wall time and no start-up.", units::seconds(cost_s))
    })
}

fn line(row: &Row) -> Vec<String> {
    let share = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), units::percent);
    let noise = row.noise.unwrap_or_default();
    let mut cells = vec![row.label.clone()];
    cells.extend([noise.others_cpu, noise.steal, noise.throttled, noise.runnable].map(share));
    cells.push(noise.speed_of_alike.map_or_else(|| "–".to_owned(), slower));
    cells.push(row.noise.map_or_else(|| "–".to_owned(), |noise| units::count(noise.tainted as u64)));
    cells
}

fn slower(speed: f64) -> String {
    units::percent(1.0 / speed - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quiet_machine_is_told_in_one_line() {
        let noise = NoiseFigures {
            others_cpu: Some(0.012),
            steal: Some(0.0),
            speed_of_alike: Some(1.0 / 1.02),
            yardstick_cost_s: Some(150e-6),
            ..NoiseFigures::default()
        };
        let expected = "Noise: quiet. Of the usable CPUs' time, other programs took 1.2 %, the hypervisor 0 % at most. \
                        CPUs were at most 2.0 % slower than at their best. To tell that cost a worker 150 µs, in no wall \
                        time and no start-up.";
        assert_eq!(quiet(&[&noise]), expected);
        let short = NoiseFigures { speed_of_alike: Some(1.0), ..NoiseFigures::default() };
        let expected = "Noise: the trials were too short to count it. CPUs were at most 0 % slower than at their best.";
        assert_eq!(quiet(&[&short]), expected);
        let busy = NoiseFigures { busy: Some(BusyCpus { busy: 8, fewest: 1, slower: 0.2 }), ..short };
        let expected = "Noise: the trials were too short to count it. CPUs were at most 0 % slower than at their best. With \
                        8 of them busy, CPUs are 20 % slower than with 1: that is no noise.";
        assert_eq!(quiet(&[&short, &busy]), expected);
    }
}
