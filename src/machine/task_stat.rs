//! What `/proc/PID/stat` and `/proc/PID/task/TID/stat` say of a process or thread: bytes in, numbers out. It reads no file.
//!
//! Source: proc_pid_stat(5).

/// A process or a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TaskStat {
    /// The process that is told when it ends.
    pub(super) parent: u32,
    /// Threads of the process.
    pub(super) threads: u32,
    /// CPU time in user and kernel mode, in ticks: of a process, that of all threads it has had.
    pub(super) ticks: u64,
    /// CPU time of the process's children that ended and were waited for, and of theirs, in ticks.
    pub(super) reaped_ticks: u64,
    /// When it started, in ticks since the machine did: with the id, this names a thread for ever.
    pub(super) started: u64,
    /// The CPU that it is on, or was on last; of a process, its first thread.
    pub(super) cpu: u32,
}

impl TaskStat {
    /// Reads the file's one line. The command's name, in parentheses, may itself hold blanks and parentheses, so that
    /// fields are counted from behind the last one.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let behind_name = line.iter().rposition(|&byte| byte == b')')? + 1;
        let fields: Vec<&str> = str::from_utf8(&line[behind_name..]).ok()?.split_ascii_whitespace().collect();
        // The manual counts from 1, and the first behind the name is its third.
        let field = |number: usize| fields.get(number - 3).copied();
        // Some are signed in the manual; none is ever below 0.
        let count = |number: usize| field(number)?.parse::<u64>().ok();
        Some(Self {
            parent: field(4)?.parse().ok()?,
            threads: field(20)?.parse().ok()?,
            ticks: count(14)?.saturating_add(count(15)?),
            reaped_ticks: count(16)?.saturating_add(count(17)?),
            started: count(22)?,
            cpu: field(39)?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: &str = "R 7 4711 1 0 -1 4194304 95 1 2 3 100 23 40 5 20 0 3 0 98765 2969600 377 1844 1 2 3 0 0 0 0 0 0 0 \
                        0 0 17 6 0 0 0 0 0\n";

    #[test]
    fn fields_are_counted_from_behind_the_name() {
        let expected = TaskStat { parent: 7, threads: 3, ticks: 123, reaped_ticks: 45, started: 98765, cpu: 6 };
        for name in ["cat", "a b) R 1 (c", "", ")", "((", "\u{e4} 1 2 3"] {
            assert_eq!(TaskStat::parse(format!("4712 ({name}) {REST}").as_bytes()), Some(expected), "{name}");
        }
        let mut odd = b"4712 (\xff\xfe) ".to_vec();
        odd.extend_from_slice(REST.as_bytes());
        assert_eq!(TaskStat::parse(&odd), Some(expected), "a name need not be UTF-8");
    }

    #[test]
    fn what_is_cut_short_is_none() {
        let whole = format!("4712 (cat) {REST}");
        let needed = whole.len() - " 0 0 0 0 0\n".len();
        for length in 0..needed - 1 {
            assert_eq!(TaskStat::parse(&whole.as_bytes()[..length]), None, "{length} bytes");
        }
        assert!(TaskStat::parse(&whole.as_bytes()[..needed]).is_some());
        assert_eq!(TaskStat::parse(whole.replace("123", "x").replace("100", "x").as_bytes()), None);
    }
}
