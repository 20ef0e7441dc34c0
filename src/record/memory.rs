//! What the processes of a trial took up in memory while it went on: samples, and what is made of them for pictures.

use serde::{Deserialize, Serialize};

use crate::units;

/// What the processes of a trial took up in memory over time: proportional set sizes, in which pages that several share
/// are split among them. All lists have an entry a sample.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MemoryCourse {
    /// The largest sum over all processes at one time, in bytes.
    pub peak_bytes: u64,
    /// When each sample was taken, in seconds since the gate opened.
    pub at_s: Vec<f64>,
    /// The sum over all processes, in bytes.
    pub total_bytes: Vec<u64>,
    /// The processes with workers, in the order of these; no more than 64 of them.
    pub processes: Vec<ProcessMemory>,
    /// The process that forked them, in bytes, where one did: it made the data, and keeps it.
    pub parent_bytes: Option<Vec<u64>>,
}

/// What one process of a trial took up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ProcessMemory {
    /// The workers in it: one if it was forked, all if they are threads.
    pub workers: Vec<u32>,
    /// Bytes.
    pub bytes: Vec<u64>,
}

impl MemoryCourse {
    /// The sample at which the sum over all processes was largest, of those kept.
    pub fn peak_at(&self) -> usize {
        let samples = self.total_bytes.iter().enumerate();
        samples.max_by_key(|(_, bytes)| **bytes).map_or(0, |(at, _)| at)
    }

    /// Whose it was when it was largest: `4 × 64.0 MiB in the workers, 66.0 MiB in their parent`. `None` where one process
    /// had all of it.
    pub fn shares(&self) -> Option<String> {
        let at = self.peak_at();
        let each: Vec<u64> = self.processes.iter().filter_map(|process| process.bytes.get(at).copied()).collect();
        let parent = self.parent_bytes.as_ref().and_then(|bytes| bytes.get(at).copied());
        let (least, most) = (each.iter().min().copied()?, each.iter().max().copied()?);
        if each.len() == 1 && parent.is_none() {
            return None;
        }
        let (least, most) = (units::bytes(least), units::bytes(most));
        let workers = match each.len() {
            1 => format!("{most} in the worker"),
            n if least == most => format!("{n} × {most} in the workers"),
            n => format!("{n} × {least} to {most} in the workers"),
        };
        let parent = parent.map(|bytes| format!(", {} in their parent", units::bytes(bytes))).unwrap_or_default();
        Some(format!("{workers}{parent}"))
    }

    /// Samples of it in so many equal steps of time, each as it was at the step's end; empty if there are none.
    pub fn resampled(&self, bytes: &[u64], steps: usize) -> Vec<u64> {
        let (Some(end_s), Some(_)) = (self.at_s.last(), bytes.first()) else { return Vec::new() };
        let at = |step: usize| {
            let until_s = end_s * (step + 1) as f64 / steps as f64;
            let taken = self.at_s.partition_point(|at_s| *at_s <= until_s).clamp(1, bytes.len());
            bytes[taken - 1]
        };
        (0..steps).map(at).collect()
    }

    /// Drops each second sample, but never the first and the last.
    pub(crate) fn thin_out(&mut self) {
        let last = self.at_s.len().saturating_sub(1);
        fn thin<T: Copy>(samples: &mut Vec<T>, last: usize) {
            let kept = samples.iter().enumerate().filter(|(i, _)| i % 2 == 0 || *i == last).map(|(_, sample)| *sample);
            *samples = kept.collect();
        }
        thin(&mut self.at_s, last);
        thin(&mut self.total_bytes, last);
        self.processes.iter_mut().for_each(|process| thin(&mut process.bytes, last));
        self.parent_bytes.iter_mut().for_each(|bytes| thin(bytes, last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_sample_are_kept() {
        let times = |n: u32| (0..n).map(f64::from).collect::<Vec<_>>();
        for (n, kept) in [(1, vec![0.0]), (4, vec![0.0, 2.0, 3.0]), (5, vec![0.0, 2.0, 4.0])] {
            let bytes: Vec<u64> = (0..u64::from(n)).collect();
            let process = ProcessMemory { workers: vec![0], bytes: bytes.clone() };
            let mut course = MemoryCourse {
                peak_bytes: 9,
                at_s: times(n),
                total_bytes: bytes.clone(),
                processes: vec![process],
                parent_bytes: Some(bytes),
            };
            course.thin_out();
            assert_eq!(course.at_s, kept);
            let bytes: Vec<u64> = kept.iter().map(|t| *t as u64).collect();
            assert_eq!((&course.total_bytes, &course.processes[0].bytes), (&bytes, &bytes));
            assert_eq!((course.parent_bytes, course.peak_bytes), (Some(bytes), 9));
        }
    }
}
