//! What `/proc/PID/stat` and `/proc/PID/task/TID/stat` say of a process or thread: bytes in, numbers out. It reads no file.
//!
//! Source: proc_pid_stat(5).

/// The last field that is read, by the manual's count: the CPU.
const LAST_FIELD: usize = 39;

/// A process or a thread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct TaskStat {
    /// The letter of its state: `R`, `S`, `D`, `T`, `t`, `Z` and others.
    pub(super) state: u8,
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
    /// Pages of memory that it has; the kernel's counts of threads may lag behind.
    pub(super) resident_pages: u64,
    /// Where its stack begins: another one with each program that it executes, and 0 where that is not told.
    pub(super) stack_start: u64,
    /// The CPU that it is on, or was on last; of a process, its first thread.
    pub(super) cpu: u32,
}

impl TaskStat {
    /// Reads the file's one line. The command's name, in parentheses, may itself hold blanks and parentheses, so that
    /// fields are counted from behind the last one.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let behind_name = line.iter().rposition(|&byte| byte == b')')? + 1;
        let fields = str::from_utf8(&line[behind_name..]).ok()?.split_ascii_whitespace();
        let mut stat = Self::default();
        // The manual counts from 1, and the first behind the name is its third.
        for (number, field) in (3..=LAST_FIELD).zip(fields) {
            stat.take(number, field)?;
            if number == LAST_FIELD {
                return Some(stat);
            }
        }
        None
    }

    fn take(&mut self, number: usize, field: &str) -> Option<()> {
        // Some are signed in the manual; none is ever below 0, but a count of pages may be for a moment.
        let count = || field.parse::<u64>().ok();
        match number {
            3 => self.state = *field.as_bytes().first()?,
            4 => self.parent = field.parse().ok()?,
            14 | 15 => self.ticks = self.ticks.saturating_add(count()?),
            16 | 17 => self.reaped_ticks = self.reaped_ticks.saturating_add(count()?),
            20 => self.threads = field.parse().ok()?,
            22 => self.started = count()?,
            24 => self.resident_pages = count().unwrap_or(0),
            28 => self.stack_start = count()?,
            LAST_FIELD => self.cpu = field.parse().ok()?,
            _ => {}
        }
        Some(())
    }

    /// The command's name in the file's one line, of 15 bytes at most; of a thread, the thread's.
    pub(super) fn name(line: &[u8]) -> Option<&[u8]> {
        let begin = line.iter().position(|&byte| byte == b'(')? + 1;
        let end = line.iter().rposition(|&byte| byte == b')')?;
        line.get(begin..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: &str = "R 7 4711 1 0 -1 4194304 95 1 2 3 100 23 40 5 20 0 3 0 98765 2969600 377 1844 1 2 3 0 0 0 0 0 0 0 \
                        0 0 17 6 0 0 0 0 0\n";

    #[test]
    fn fields_are_counted_from_behind_the_name() {
        let expected = TaskStat {
            state: b'R',
            parent: 7,
            threads: 3,
            ticks: 123,
            reaped_ticks: 45,
            started: 98765,
            resident_pages: 377,
            stack_start: 3,
            cpu: 6,
        };
        for name in ["cat", "a b) R 1 (c", "", ")", "((", "\u{e4} 1 2 3"] {
            let line = format!("4712 ({name}) {REST}");
            assert_eq!(TaskStat::parse(line.as_bytes()), Some(expected), "{name}");
            assert_eq!(TaskStat::name(line.as_bytes()), Some(name.as_bytes()));
        }
        let mut odd = b"4712 (\xff\xfe) ".to_vec();
        odd.extend_from_slice(REST.as_bytes());
        assert_eq!(TaskStat::parse(&odd), Some(expected), "a name need not be UTF-8");
        assert_eq!(TaskStat::name(&odd), Some(&b"\xff\xfe"[..]));
        assert_eq!([&b")("[..], b"", b"a b"].map(TaskStat::name), [None; 3]);
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
