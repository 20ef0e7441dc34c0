//! Sets of CPU ids, read and written as the kernel does: `0-3,8,10-11`.
//!
//! The text may come from anywhere, so reading it must not panic, and must not allocate more than real machines need.

use std::fmt;

/// Ids from here on are not believed; Linux itself is built for at most 8192 CPUs.
const ID_LIMIT: u32 = 1 << 16;

/// A longer text is not believed either: 8192 ids, each written out, take 40 kB.
const TEXT_LIMIT: usize = 1 << 18;

/// A set of CPU ids, in ascending order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CpuSet(Vec<u32>);

impl CpuSet {
    /// Reads the kernel's form; blank text is the empty set. `None` if it is anything else, or names a CPU that no
    /// machine has.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return Some(Self::default());
        }
        if text.len() > TEXT_LIMIT {
            return None;
        }
        let mut ranges = text.split(',').map(parse_range).collect::<Option<Vec<_>>>()?;
        // In order, so that each id is written once, however often the text repeats it.
        ranges.sort_unstable();
        let mut ids = Vec::new();
        let mut next = 0;
        for (first, last) in ranges {
            ids.extend(first.max(next)..=last);
            next = next.max(last + 1);
        }
        Some(Self(ids))
    }

    /// How many CPUs it holds.
    pub fn len(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it holds this CPU.
    pub fn contains(&self, id: u32) -> bool {
        self.0.binary_search(&id).is_ok()
    }

    /// The ids, ascending.
    pub fn ids(&self) -> &[u32] {
        &self.0
    }

    /// What both sets hold.
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.iter().copied().filter(|&id| other.contains(id)).collect())
    }
}

/// `3` or `0-3`.
fn parse_range(text: &str) -> Option<(u32, u32)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last && last < ID_LIMIT).then_some((first, last))
}

impl FromIterator<u32> for CpuSet {
    fn from_iter<I: IntoIterator<Item = u32>>(ids: I) -> Self {
        let mut ids: Vec<u32> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        Self(ids)
    }
}

impl fmt::Display for CpuSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let runs = self.0.chunk_by(|a, b| a + 1 == *b);
        for (i, run) in runs.enumerate() {
            let comma = if i > 0 { "," } else { "" };
            match run {
                [first, .., last] => write!(f, "{comma}{first}-{last}")?,
                _ => write!(f, "{comma}{}", run[0])?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_form_is_read_and_written() {
        let set = CpuSet::parse(" 0-3,8,10-11\n").unwrap();
        assert_eq!(set.ids(), [0, 1, 2, 3, 8, 10, 11]);
        assert_eq!(set.to_string(), "0-3,8,10-11");
        assert_eq!(CpuSet::parse("\n"), Some(CpuSet::default()));
        assert_eq!(CpuSet::default().to_string(), "");
    }

    #[test]
    fn overlaps_and_repeats_count_once() {
        let set = CpuSet::parse("8,2-5,0-3,3,8").unwrap();
        assert_eq!(set.ids(), [0, 1, 2, 3, 4, 5, 8]);
        assert_eq!([5, 1, 5, 0].into_iter().collect::<CpuSet>().ids(), [0, 1, 5]);
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["x", "1,", ",", "-1", "3-", "5-2", "1-2-3", "0x3", "1.5", "99999999999999999999", "0-31:2/4", "ä"]
        {
            assert_eq!(CpuSet::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn absurd_ids_and_absurd_lengths_are_refused() {
        assert_eq!(CpuSet::parse("0-4294967295"), None);
        assert_eq!(CpuSet::parse(&ID_LIMIT.to_string()), None);
        assert_eq!(CpuSet::parse("0-65535").unwrap().len(), ID_LIMIT);
        assert_eq!(CpuSet::parse(&"0-65535,".repeat(1 << 16)), None);
        let repeated = vec!["0-65535"; 10_000].join(",");
        assert_eq!(CpuSet::parse(&repeated).unwrap().len(), ID_LIMIT);
    }

    #[test]
    fn sets_intersect() {
        let (a, b) = (CpuSet::parse("0-5").unwrap(), CpuSet::parse("4-9").unwrap());
        assert_eq!(a.intersection(&b).ids(), [4, 5]);
        assert!(a.intersection(&CpuSet::default()).is_empty());
    }
}
