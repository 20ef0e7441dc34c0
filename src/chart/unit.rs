//! How the values of an axis are written: all of its ticks alike, to as many decimals as they need.

use crate::units;

/// What the values of an axis are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ChartUnit {
    /// Plain numbers, large ones with a decimal prefix.
    #[default]
    Number,
    /// One time ÷ another: 1 is no change, and has its place on the axis.
    Ratio,
    /// Fractions of 1, in per cent.
    Fraction,
    /// Bytes, with a binary prefix.
    Bytes,
    /// Seconds, with a decimal prefix.
    Seconds,
}

/// Binary prefixes and what they stand for.
const BINARY: [(f64, &str); 6] = [
    (1_125_899_906_842_624.0, "PiB"),
    (1_099_511_627_776.0, "TiB"),
    (1_073_741_824.0, "GiB"),
    (1_048_576.0, "MiB"),
    (1024.0, "KiB"),
    (1.0, "B"),
];

impl ChartUnit {
    /// Values of this unit that are round: a step between ticks is one of these times a power of the base.
    pub(super) fn steps(self) -> &'static [f64] {
        match self {
            Self::Number | Self::Ratio | Self::Seconds => &[1.0, 2.0, 5.0],
            // Half of all has a tick where steps are smaller than that.
            Self::Fraction => &[1.0, 2.5, 5.0],
            Self::Bytes => &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0],
        }
    }

    /// What steps are multiplied with.
    pub(super) fn base(self) -> f64 {
        if self == Self::Bytes { 1024.0 } else { 10.0 }
    }

    /// The value that must have a tick, if it is on the axis.
    pub(super) fn anchor(self) -> Option<f64> {
        match self {
            Self::Ratio => Some(1.0),
            Self::Fraction => Some(0.5),
            Self::Number | Self::Bytes | Self::Seconds => None,
        }
    }

    /// The least step between ticks up to a value: a hundredth, where there is more than some of them.
    pub(super) fn least_step(self, hi: f64) -> f64 {
        match self {
            Self::Ratio | Self::Fraction if hi >= 0.1 => 0.01,
            _ => 0.0,
        }
    }

    /// The labels of ticks, all with the same decimals and prefix.
    pub(super) fn labels(self, values: &[f64]) -> Vec<String> {
        let most = values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        let (scale, suffix) = match self {
            Self::Number => decimal_prefix(most),
            Self::Ratio => (1.0, ""),
            Self::Fraction => (0.01, " %"),
            Self::Bytes => binary_prefix(most),
            Self::Seconds => seconds_prefix(most),
        };
        let suffix = if matches!(self, Self::Bytes | Self::Seconds) { format!(" {suffix}") } else { suffix.to_owned() };
        let scaled: Vec<f64> = values.iter().map(|value| value / scale).collect();
        let least = if self == Self::Ratio { 2 } else { 0 };
        let decimals = scaled.iter().map(|value| decimals_of(*value)).max().unwrap_or(0).max(least);
        let number = |value: f64| format!("{:.decimals$}", if value == 0.0 { 0.0 } else { value });
        scaled.into_iter().map(|value| format!("{}{suffix}", number(value))).collect()
    }

    /// One value, as exact as is told elsewhere.
    pub fn text(self, value: f64) -> String {
        match self {
            Self::Number => units::scaled(value),
            Self::Ratio => units::digits(value),
            Self::Fraction => units::percent(value),
            Self::Bytes => units::bytes(value.max(0.0).round() as u64),
            Self::Seconds => units::seconds(value),
        }
    }

    /// One value, as short as it may be said.
    pub fn short(self, value: f64) -> String {
        match self {
            Self::Bytes if value >= 0.0 => {
                let (scale, prefix) = binary_prefix(value);
                let blank = if value < 1.0 { "" } else { " " };
                if value < 1.0 { "0".to_owned() } else { format!("{}{blank}{prefix}", trimmed(value / scale)) }
            }
            Self::Fraction => units::percent(value),
            Self::Seconds => units::seconds(value),
            _ => compact(value),
        }
    }
}

/// Decimals that a value needs, up to nine.
fn decimals_of(value: f64) -> usize {
    (0..9)
        .find(|&places| {
            let scaled = value * 10f64.powi(places);
            (scaled - scaled.round()).abs() <= 1e-6 * scaled.abs().max(1e-3)
        })
        .unwrap_or(9) as usize
}

fn decimal_prefix(most: f64) -> (f64, &'static str) {
    const PREFIXES: [(f64, &str); 4] = [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e4, " k")];
    let found = PREFIXES.into_iter().find(|(scale, _)| most >= *scale * 0.999);
    found.map_or((1.0, ""), |(scale, prefix)| (if prefix == " k" { 1e3 } else { scale }, prefix))
}

fn seconds_prefix(most: f64) -> (f64, &'static str) {
    const PREFIXES: [(f64, &str); 4] = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")];
    PREFIXES.into_iter().find(|(scale, _)| most >= *scale * 0.999).unwrap_or((1.0, "s"))
}

fn binary_prefix(most: f64) -> (f64, &'static str) {
    BINARY.into_iter().find(|(scale, _)| most >= *scale).unwrap_or((1.0, "B"))
}

/// A whole number without a point, anything else with three digits.
pub(super) fn plain(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e6 { format!("{value:.0}") } else { units::scaled(value) }
}

/// A value as short as three digits can say it: `20`, `2 k`, `1.5 M`, `0.01`.
pub(super) fn compact(value: f64) -> String {
    const PREFIXES: [(f64, &str); 4] = [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k")];
    let (scale, prefix) = PREFIXES.into_iter().find(|(scale, _)| value.abs() >= *scale).unwrap_or((1.0, ""));
    let mantissa = value / scale;
    if mantissa != 0.0 && mantissa.abs() < 0.01 {
        return format!("{value:.0e}");
    }
    format!("{}{prefix}", trimmed(mantissa))
}

/// Three digits, without zeros that say nothing.
fn trimmed(mantissa: f64) -> String {
    let places = match mantissa.abs() {
        a if a >= 99.95 => 0,
        a if a >= 9.995 => 1,
        _ => 2,
    };
    let digits = format!("{mantissa:.places$}");
    if places > 0 { digits.trim_end_matches('0').trim_end_matches('.').to_owned() } else { digits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_have_the_same_decimals() {
        assert_eq!(ChartUnit::Ratio.labels(&[0.5, 1.0, 1.5]), ["0.50", "1.00", "1.50"]);
        assert_eq!(ChartUnit::Ratio.labels(&[0.0, 0.005]), ["0.000", "0.005"]);
        assert_eq!(ChartUnit::Fraction.labels(&[0.0, 0.5, 1.0]), ["0 %", "50 %", "100 %"]);
        assert_eq!(ChartUnit::Fraction.labels(&[0.0, 0.0125]), ["0.00 %", "1.25 %"]);
        assert_eq!(ChartUnit::Number.labels(&[0.0, 10_000.0, 20_000.0]), ["0 k", "10 k", "20 k"]);
        assert_eq!(ChartUnit::Number.labels(&[0.0, 500.0, 1000.0]), ["0", "500", "1000"]);
        assert_eq!(ChartUnit::Seconds.labels(&[0.0, 0.5, 1.0]), ["0.0 s", "0.5 s", "1.0 s"]);
        assert_eq!(ChartUnit::Seconds.labels(&[0.002, 0.004]), ["2 ms", "4 ms"]);
        let mib = 1_048_576.0;
        assert_eq!(ChartUnit::Bytes.labels(&[0.0, 64.0 * mib, 128.0 * mib]), ["0 MiB", "64 MiB", "128 MiB"]);
    }

    #[test]
    fn bytes_have_binary_prefixes() {
        let told = [0.0, 512.0, 1024.0, 1536.0, 65536.0, 16_777_216.0].map(|value| ChartUnit::Bytes.short(value));
        assert_eq!(told, ["0", "512 B", "1 KiB", "1.5 KiB", "64 KiB", "16 MiB"]);
    }

    #[test]
    fn numbers_are_short() {
        let texts = [0.0, 0.01, 0.25, 1.0, 12.5, 999.0, 1000.0, 1536.0, 1.5e6, 1e15, 4e-6, -20.0].map(compact);
        let wanted = ["0", "0.01", "0.25", "1", "12.5", "999", "1 k", "1.54 k", "1.5 M", "1000 T", "4e-6", "-20"];
        assert_eq!(texts, wanted);
    }
}
