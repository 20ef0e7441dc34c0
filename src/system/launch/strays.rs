//! What programs leave behind: found by who their parents are, and killed. Those that lose their parent become children of
//! the launcher, so all of them can be found from there.

use std::collections::{BTreeSet, HashMap};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// All processes that descend from this one, without those that `spared` lead and what descends from these.
pub(super) fn descendants(of: u32, spared: &BTreeSet<u32>) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for (pid, parent) in processes() {
        children.entry(parent).or_default().push(pid);
    }
    let (mut found, mut at) = (vec![of], 0);
    while let Some(parent) = found.get(at) {
        let born = children.remove(parent).unwrap_or_default();
        found.extend(born.into_iter().filter(|child| !spared.contains(child)));
        at += 1;
    }
    found.split_off(1)
}

/// Every process with its parent, as far as they can be seen.
fn processes() -> impl Iterator<Item = (u32, u32)> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter_map(|pid| {
        let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
        // After the name, which may hold anything: state, parent.
        let end = stat.iter().rposition(|&byte| byte == b')')?;
        let parent = std::str::from_utf8(&stat[end + 1..]).ok()?.split_ascii_whitespace().nth(1)?;
        Some((pid, parent.parse().ok()?))
    })
}

/// Kills some processes; those that cannot be are passed over.
pub(super) fn kill_all(pids: &[u32]) {
    for &pid in pids {
        let _ = kill(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL);
    }
}
