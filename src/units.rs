//! How figures are written for people: seconds, bytes, counts, rates. Scripts get plain numbers instead.

mod bars;
mod columns;
mod letters;
mod wrap;

pub use bars::{EIGHTHS, LEVELS, bar, level};
pub use columns::{Side, aligned, padded};
pub use letters::{Letters, to_ascii, to_console};
pub use wrap::{bind, fold, wrap};

/// Seconds with the unit that leaves one to three digits before the point: `1.8 ms`, `4.21 s`, `2 min 05 s`.
pub fn seconds(s: f64) -> String {
    if !s.is_finite() {
        return "?".to_owned();
    }
    match s.abs() {
        0.0 => "0 s".to_owned(),
        x if x < 0.999_5e-6 => format!("{} ns", digits(s * 1e9)),
        x if x < 0.999_5e-3 => format!("{} µs", digits(s * 1e6)),
        x if x < 0.999_5 => format!("{} ms", digits(s * 1e3)),
        x if x < 99.95 => format!("{} s", digits(s)),
        _ => {
            let whole = s.round() as i64;
            match whole {
                0..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
                _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
            }
        }
    }
}

/// Three significant digits, below 1 at least two: `531`, `12.4`, `0.98`, `0.012`. Only what is less than a
/// millionth is written with an exponent; nothing but zero reads as zero.
pub fn digits(x: f64) -> String {
    // To a reader, -0 is no other zero than 0.
    let x = if x == 0.0 { 0.0 } else { x };
    match x.abs() {
        a if a >= 99.95 => format!("{x:.0}"),
        a if a >= 9.995 => format!("{x:.1}"),
        a if a >= 0.099_5 || a == 0.0 || a.is_nan() => format!("{x:.2}"),
        a if a >= 1e-6 => {
            let places = (1.0 - a.log10().floor()) as usize;
            format!("{x:.places$}")
        }
        _ => format!("{x:.1e}"),
    }
}

/// A fraction in percent, with at least two significant digits: `98 %`, `7.1 %`, `0.40 %`.
pub fn percent(fraction: f64) -> String {
    let percent = fraction * 100.0;
    match percent.abs() {
        0.0 => "0 %".to_owned(),
        a if a >= 9.95 || a.is_nan() => format!("{percent:.0} %"),
        a if a >= 0.995 => format!("{percent:.1} %"),
        _ => format!("{} %", digits(percent)),
    }
}

/// A count or rate with a decimal prefix: `12.4`, `3.20 M`, `26.1 M`.
pub fn scaled(x: f64) -> String {
    const PREFIXES: [(f64, &str); 4] = [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k")];
    let whole_small = x.abs() < 999.5;
    if whole_small {
        return digits(x);
    }
    let (scale, prefix) = PREFIXES.into_iter().find(|(scale, _)| x.abs() >= scale * 0.9995).unwrap_or((1e3, " k"));
    format!("{}{prefix}", digits(x / scale))
}

/// Bytes with a binary prefix: `512 B`, `23.4 GiB`.
pub fn bytes(n: u64) -> String {
    const PREFIXES: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut x = n as f64;
    if n < 1024 {
        return format!("{n} B");
    }
    let mut prefix = "";
    for next in PREFIXES {
        if x < 1023.5 {
            break;
        }
        x /= 1024.0;
        prefix = next;
    }
    format!("{} {prefix}", digits(x))
}

/// Bytes as one would say them: whole multiples of a prefix without decimals, `64 KiB`, `0 B`; others as [`bytes`].
pub fn whole_bytes(n: u64) -> String {
    let prefixes = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1_u64 << 10, "KiB")];
    match prefixes.into_iter().find(|(scale, _)| n > 0 && n.is_multiple_of(*scale)) {
        Some((scale, prefix)) => format!("{} {prefix}", count(n / scale)),
        None => bytes(n),
    }
}

/// A whole number with thin groups of three: `10 000`, `1 000 000`. Below 10 000 nothing is grouped.
pub fn count(n: u64) -> String {
    let plain = n.to_string();
    if n < 10_000 {
        return plain;
    }
    let mut out = String::with_capacity(plain.len() + plain.len() / 3);
    for (i, digit) in plain.chars().enumerate() {
        if i > 0 && (plain.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_choose_their_unit() {
        let cases = [
            (0.0, "0 s"),
            (37e-9, "37.0 ns"),
            (1.8e-3, "1.80 ms"),
            (0.999_6, "1.00 s"),
            (4.214, "4.21 s"),
            (125.0, "2 min 05 s"),
            (7_325.0, "2 h 02 min"),
            (f64::NAN, "?"),
        ];
        for (s, text) in cases {
            assert_eq!(seconds(s), text);
        }
    }

    #[test]
    fn small_figures_never_read_as_nothing() {
        let cases = [
            (531.2, "531"),
            (12.44, "12.4"),
            (1.0, "1.00"),
            (0.98, "0.98"),
            (0.0997, "0.10"),
            (0.07, "0.070"),
            (0.0123, "0.012"),
            (-0.000_123, "-0.00012"),
            (1.2e-9, "1.2e-9"),
            (0.0, "0.00"),
            (-0.0, "0.00"),
        ];
        for (x, text) in cases {
            assert_eq!(digits(x), text);
        }
        let cases = [(1.0, "100 %"), (0.98, "98 %"), (0.0713, "7.1 %"), (0.004, "0.40 %"), (0.0, "0 %")];
        for (fraction, text) in cases {
            assert_eq!(percent(fraction), text);
        }
    }

    #[test]
    fn counts_and_rates_are_short() {
        assert_eq!(scaled(12.44), "12.4");
        assert_eq!(scaled(26_100_000.0), "26.1 M");
        assert_eq!(scaled(999.9), "1.00 k");
        assert_eq!(bytes(512), "512 B");
        assert_eq!(bytes(24 << 30), "24.0 GiB");
        assert_eq!([0, 512, 65_536, 16 << 20, 1536].map(whole_bytes), ["0 B", "512 B", "64 KiB", "16 MiB", "1.50 KiB"]);
        assert_eq!(count(9_999), "9999");
        assert_eq!(count(1_000_000), "1 000 000");
    }
}
