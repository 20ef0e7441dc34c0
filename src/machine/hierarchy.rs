//! Finds the control groups that a process is in: which folders hold their files, from the outermost to its own.
//!
//! Pure functions of two texts, `/proc/self/cgroup` (the group's path in each hierarchy) and `/proc/self/mountinfo`
//! (where each hierarchy can be seen, and from which of its folders on). cgroups(7) and proc(5) describe both.

/// Longer paths are not believed; it is what the kernel allows.
const PATH_LIMIT: usize = 4096;

/// A hierarchy of control groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hierarchy {
    /// The one of version 2.
    Unified,
    /// The one of version 1 that holds this controller.
    Legacy(&'static str),
}

/// One level of the hierarchy: a group that the process is in, directly or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Level {
    /// The group's path as the kernel names it.
    pub(super) group: String,
    /// The folder with its files, an absolute path.
    pub(super) folder: String,
}

/// The levels from the outermost that can be seen to the process's own; empty where it cannot be told.
pub(super) fn levels(hierarchy: Hierarchy, cgroup: &str, mountinfo: &str) -> Vec<Level> {
    let Some(group) = cgroup.lines().find_map(|line| hierarchy.group(line)) else { return Vec::new() };
    let mounts = mountinfo.lines().filter_map(Mount::parse).filter(|mount| hierarchy.is_seen_at(mount));
    // Of several mounts the one that shows most levels; of equals the last, which hides those before it.
    let seen = mounts.filter_map(|mount| Some((steps_below(&mount.root, group)?, mount)));
    let Some((steps, mount)) = seen.max_by_key(|(steps, _)| steps.len()) else { return Vec::new() };
    (0..=steps.len())
        .map(|depth| Level {
            group: joined(&mount.root, &steps[..depth]),
            folder: joined(&mount.point, &steps[..depth]),
        })
        .collect()
}

impl Hierarchy {
    /// The path in a line `id:controllers:path` of `/proc/self/cgroup`, if the line is about this hierarchy.
    fn group(self, line: &str) -> Option<&str> {
        let mut fields = line.splitn(3, ':');
        let (id, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
        let ours = match self {
            Self::Unified => id == "0" && controllers.is_empty(),
            Self::Legacy(name) => controllers.split(',').any(|controller| controller == name),
        };
        (ours && path.starts_with('/') && path.len() <= PATH_LIMIT).then_some(path)
    }

    fn is_seen_at(self, mount: &Mount) -> bool {
        match self {
            Self::Unified => mount.kind == "cgroup2",
            Self::Legacy(name) => mount.kind == "cgroup" && mount.options.split(',').any(|option| option == name),
        }
    }
}

/// A line of `/proc/self/mountinfo`, as far as it matters here.
struct Mount {
    /// The folder of the mounted file system that is seen at `point`.
    root: String,
    point: String,
    kind: String,
    options: String,
}

impl Mount {
    /// `36 35 98:0 /root /point rw,noatime master:1 - kind source options`, with any number of fields before the dash.
    fn parse(line: &str) -> Option<Self> {
        let (place, kind) = line.split_once(" - ")?;
        let mut place = place.split(' ').skip(3);
        let (root, point) = (unescaped(place.next()?), unescaped(place.next()?));
        let mut kind = kind.split(' ');
        let (kind, options) = (kind.next()?.to_owned(), kind.nth(1)?.to_owned());
        (point.starts_with('/') && root.len() <= PATH_LIMIT).then_some(Self { root, point, kind, options })
    }
}

/// Undoes the kernel's `\040` for a space (also tab, newline and backslash); anything else stays as it is.
fn unescaped(field: &str) -> String {
    const ESCAPES: [(&str, &str); 4] = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")];
    if !field.contains('\\') {
        return field.to_owned();
    }
    let mut out = String::with_capacity(field.len());
    let mut rest = field;
    while let Some(next) = rest.chars().next() {
        let (meant, taken) = match ESCAPES.into_iter().find(|(escape, _)| rest.starts_with(escape)) {
            Some((escape, meant)) => (meant, escape.len()),
            None => (&rest[..next.len_utf8()], next.len_utf8()),
        };
        out.push_str(meant);
        rest = &rest[taken..];
    }
    out
}

/// The steps that lead from the group `root` down to `group`; `None` if `group` does not lie there.
///
/// Within a cgroup namespace both are relative to its root, and a leading `..` leads out of it: a mount of an outer
/// group shows an ancestor of this process's own group, but the names of the groups in between cannot be known.
fn steps_below<'a>(root: &str, group: &'a str) -> Option<Vec<&'a str>> {
    let mut steps = group.split('/').filter(|step| !step.is_empty());
    let mut outer = root.split('/').filter(|step| !step.is_empty()).peekable();
    let group_is_inside = steps.clone().next() != Some("..");
    if group_is_inside && outer.peek().is_some() && outer.clone().all(|step| step == "..") {
        return Some(Vec::new());
    }
    if !outer.all(|step| steps.next() == Some(step)) {
        return None;
    }
    let steps: Vec<&str> = steps.collect();
    (!steps.contains(&"..")).then_some(steps)
}

fn joined(base: &str, steps: &[&str]) -> String {
    let mut path = base.trim_end_matches('/').to_owned();
    for step in steps {
        path.push('/');
        path.push_str(step);
    }
    if path.is_empty() { "/".to_owned() } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    const V2: &str = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
    const CPU: &str = "35 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n";
    const SET: &str = "36 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n";

    fn folders(hierarchy: Hierarchy, cgroup: &str, mountinfo: &str) -> Vec<String> {
        levels(hierarchy, cgroup, mountinfo).into_iter().map(|level| level.folder).collect()
    }

    #[test]
    fn every_ancestor_is_a_level() {
        let levels = levels(Hierarchy::Unified, "0::/user.slice/job_3\n", V2);
        let pairs: Vec<_> = levels.iter().map(|level| (level.group.as_str(), level.folder.as_str())).collect();
        assert_eq!(
            pairs,
            [
                ("/", "/sys/fs/cgroup"),
                ("/user.slice", "/sys/fs/cgroup/user.slice"),
                ("/user.slice/job_3", "/sys/fs/cgroup/user.slice/job_3"),
            ]
        );
    }

    #[test]
    fn hybrid_layouts_keep_their_hierarchies_apart() {
        let cgroup = "9:name=systemd:/s\n4:cpuset:/sets/a\n3:cpu,cpuacct:/slurm/job:1\n0::/u\n";
        let mountinfo = format!("{SET}{CPU}41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
        let leaf = |hierarchy| folders(hierarchy, cgroup, &mountinfo).pop();
        assert_eq!(leaf(Hierarchy::Unified).as_deref(), Some("/sys/fs/cgroup/unified/u"));
        assert_eq!(leaf(Hierarchy::Legacy("cpu")).as_deref(), Some("/sys/fs/cgroup/cpu,cpuacct/slurm/job:1"));
        assert_eq!(leaf(Hierarchy::Legacy("cpuset")).as_deref(), Some("/sys/fs/cgroup/cpuset/sets/a"));
        assert_eq!(leaf(Hierarchy::Legacy("memory")), None);
    }

    #[test]
    fn a_containers_mount_starts_at_its_own_group() {
        let mountinfo = "40 30 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
        let levels = levels(Hierarchy::Unified, "0::/docker/abc/init\n", mountinfo);
        assert_eq!(levels[0], Level { group: "/docker/abc".into(), folder: "/sys/fs/cgroup".into() });
        assert_eq!(levels[1].folder, "/sys/fs/cgroup/init");
        assert_eq!(levels.len(), 2);
        // A name that merely begins alike is another group.
        assert!(folders(Hierarchy::Unified, "0::/docker/abcdef\n", mountinfo).is_empty());
    }

    #[test]
    fn the_mount_that_shows_most_wins_and_later_ones_hide_earlier_ones() {
        let narrow = "40 30 0:26 /a/b /narrow rw - cgroup2 cgroup rw\n";
        let twice = "41 30 0:26 / /later rw - cgroup2 cgroup rw\n";
        assert_eq!(folders(Hierarchy::Unified, "0::/a/b\n", &format!("{V2}{narrow}")).len(), 3);
        assert_eq!(folders(Hierarchy::Unified, "0::/a/b\n", &format!("{V2}{twice}{narrow}"))[0], "/later");
    }

    #[test]
    fn paths_that_lead_out_of_a_namespace_are_not_guessed() {
        let outer = "40 30 0:26 /../.. /sys/fs/cgroup rw - cgroup2 cgroup rw\n";
        assert_eq!(folders(Hierarchy::Unified, "0::/mine\n", outer), ["/sys/fs/cgroup"]);
        assert!(folders(Hierarchy::Unified, "0::/../other\n", V2).is_empty());
        let sibling = "40 30 0:26 /.. /sys/fs/cgroup rw - cgroup2 cgroup rw\n";
        assert_eq!(folders(Hierarchy::Unified, "0::/../other\n", sibling), ["/sys/fs/cgroup", "/sys/fs/cgroup/other"]);
    }

    #[test]
    fn escaped_mount_points_are_understood() {
        let mountinfo = "40 30 0:26 / /my\\040groups\\134x rw - cgroup2 cgroup rw\n";
        assert_eq!(folders(Hierarchy::Unified, "0::/\n", mountinfo), ["/my groups\\x"]);
        assert_eq!(unescaped("\\9ä\\04"), "\\9ä\\04");
    }

    #[test]
    fn garbage_gives_no_levels() {
        let long = format!("0::/{}\n", "x/".repeat(PATH_LIMIT));
        for cgroup in ["", ":::", "0:", "0::", "0::relative", "\u{fffd}\u{fffd}:", "1:cpu:/a", &long] {
            assert!(folders(Hierarchy::Unified, cgroup, V2).is_empty(), "{cgroup:.20}");
        }
        for mountinfo in ["", " - ", "a b c d e - cgroup2", "1 2 3 / rel rw - cgroup2 x rw", "1 2 3 / - cgroup2 x rw"] {
            assert!(folders(Hierarchy::Unified, "0::/", mountinfo).is_empty(), "{mountinfo}");
        }
    }
}
