//! What the end of a task's program means: a result with its figures, or a failure in words.

use regex::bytes::Regex;

use super::attempt::Attempted;
use crate::foreign;
use crate::system::launch::How;

/// The last of what it wrote that is told where it failed, in bytes.
const TOLD: usize = 80;

/// The figures that are found in the output, and the peak of memory in bytes where it is known.
///
/// # Errors
/// Why the task failed.
pub(super) fn judge(
    attempted: &Attempted,
    figures: &[(String, Regex)],
    is_expected: impl Fn(How) -> bool,
) -> Result<(Vec<f64>, Option<f64>), String> {
    let Some(end) = attempted.end.as_ref().filter(|_| !attempted.took_too_long) else {
        return Err("took longer than timeout_s".to_owned());
    };
    if !is_expected(end.how) {
        return Err(with_output(&end.how.in_words(), &attempted.output));
    }
    let found = figures.iter().map(|(name, pattern)| figure(name, pattern, &attempted.output));
    Ok((found.collect::<Result<_, _>>()?, end.peak_rss_kib.map(|kib| kib as f64 * 1024.0)))
}

/// A figure where it is found last: what the first brackets match, or all of it.
fn figure(name: &str, pattern: &Regex, output: &[u8]) -> Result<f64, String> {
    let last = pattern.captures_iter(output).last().ok_or_else(|| format!("{name} is not in its output"))?;
    let found = last.get(1).or_else(|| last.get(0)).map_or(&[][..], |found| found.as_bytes());
    let text = std::str::from_utf8(found).unwrap_or_default();
    let value = text.trim().parse().ok().filter(|value: &f64| value.is_finite());
    value.ok_or_else(|| format!("{name} is no number in its output: {}", foreign::printable(&foreign::bytes(found))))
}

/// Why it failed, with the last line that it wrote.
fn with_output(why: &str, output: &[u8]) -> String {
    let last = output.split(|&byte| byte == b'\n').rfind(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    let last = foreign::bytes(&last[..last.len().min(TOLD)]);
    if last.is_empty() { why.to_owned() } else { format!("{why}; it wrote: {}", last.trim()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::launch::Ended;

    fn attempted(how: How, output: &str) -> Attempted {
        let end = Ended { how, peak_rss_kib: Some(2), ..Ended::default() };
        Attempted { end: Some(end), took_too_long: false, output: output.as_bytes().to_vec() }
    }

    fn judged(output: &str, pattern: &str) -> Result<(Vec<f64>, Option<f64>), String> {
        let figures = [("loss".to_owned(), Regex::new(pattern).unwrap())];
        judge(&attempted(How::Exit(0), output), &figures, |how| how == How::Exit(0))
    }

    #[test]
    fn figures_are_found_where_they_stand_last() {
        let output = "epoch 1 loss=0.5\nepoch 2 loss=2.5e-1\n\u{1b}[0m done\n";
        assert_eq!(judged(output, r"loss=([0-9.e-]+)"), Ok((vec![0.25], Some(2048.0))));
        assert_eq!(judged("7\n", r"^\d"), Ok((vec![7.0], Some(2048.0))), "all of it where there are no brackets");
        assert_eq!(judged("none", r"loss=(\S+)"), Err("loss is not in its output".to_owned()));
        assert_eq!(judged("loss=nan", r"loss=(\S+)"), Err("loss is no number in its output: nan".to_owned()));
    }

    #[test]
    fn failures_are_told_with_the_last_line() {
        let told = |attempted: &Attempted| judge(attempted, &[], |how| how == How::Exit(0)).unwrap_err();
        assert_eq!(told(&attempted(How::Exit(2), "a\nb \u{1b}c\n\n")), "exit status 2; it wrote: b \\u{1b}c");
        assert_eq!(told(&attempted(How::Signal(9), "")), "killed by SIGKILL");
        let late = Attempted { took_too_long: true, ..attempted(How::Exit(0), "") };
        assert_eq!(told(&late), "took longer than timeout_s");
    }
}
