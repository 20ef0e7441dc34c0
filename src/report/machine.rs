//! What `parlab machine` tells: which CPUs may be used and why, memory and load. Builds strings and prints nothing.

use std::fmt::Write as _;

use serde::Serialize;

use super::machine_noise::{self, NoiseNowJson};
use crate::foreign::{self, escaped};
use crate::machine::{Limit, MachineFacts, MemoryLimit, Moment, NoiseNow, Usable};
use crate::units;

/// Said of what the system does not tell.
const UNKNOWN: &str = "unknown";

/// What is seen of the machine.
#[derive(Debug)]
pub struct MachineNow {
    /// What it is.
    pub facts: MachineFacts,
    /// CPUs that may be used, and what limits them.
    pub usable: Usable,
    /// What limits memory.
    pub memory: Vec<MemoryLimit>,
    /// How busy it is, and how much memory is left.
    pub moment: Moment,
    /// Whether one may measure now.
    pub noise: NoiseNow,
}

/// The machine for people, a fact a line; ends with a line break.
pub fn text(machine: &MachineNow) -> String {
    let MachineNow { facts, usable, memory, moment, noise } = machine;
    let word = |fact: &Option<String>| fact.clone().unwrap_or_else(|| UNKNOWN.to_owned());
    let lines = [
        ("host", word(&facts.host)),
        ("kernel", word(&facts.kernel)),
        ("processor", word(&facts.cpu_model)),
        ("memory", memory_line(facts, moment)),
        ("load", load(moment)),
        ("CPUs", cpus(usable, facts.logical_cpus)),
    ];
    let mut out = String::new();
    for (name, fact) in lines {
        line(&mut out, name, &fact);
    }
    let mut rows = limit_rows(&usable.limits);
    rows.extend(memory.iter().map(|limit| format!("{}  {}: {}", limit.name, limit.detail, limit.figures())));
    for (i, row) in rows.iter().enumerate() {
        line(&mut out, if i == 0 { "limits" } else { "" }, row);
    }
    for (i, words) in machine_noise::words(noise).iter().enumerate() {
        line(&mut out, if i == 0 { "noise" } else { "" }, words);
    }
    out
}

fn line(out: &mut String, name: &str, fact: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{name:<10} {}", escaped(fact));
}

/// `24.0 GiB, of which 20.0 GiB available`, and what of that may be had where something limits it: `, 1.00 GiB of it to
/// parlab (RLIMIT_AS)`.
fn memory_line(facts: &MachineFacts, moment: &Moment) -> String {
    let size = |bytes: Option<u64>| bytes.map_or_else(|| UNKNOWN.to_owned(), units::bytes);
    let left = match facts.memory_limited_by.as_slice() {
        [] => String::new(),
        names => format!(", {} of it to parlab ({})", size(moment.memory_left_bytes), names.join(", ")),
    };
    match moment.memory_available_bytes {
        None => format!("{}{left}", size(facts.memory_bytes)),
        available => format!("{}, of which {} available{left}", size(facts.memory_bytes), size(available)),
    }
}

fn load(moment: &Moment) -> String {
    let Some([one, five, fifteen]) = moment.load else { return UNKNOWN.to_owned() };
    format!("{one:.2} · {five:.2} · {fifteen:.2} (over 1, 5 and 15 minutes)")
}

/// `4 of 64 usable, on 0-3,8`, where all are usable `2 of 2 usable`.
fn cpus(usable: &Usable, logical: u32) -> String {
    let (count, places) = (usable.count, &usable.cpus);
    match places.len() {
        len if len == logical && count == logical => format!("{count} of {logical} usable"),
        len if len > count => format!("{count} of {logical} usable, anywhere on {places}"),
        _ => format!("{count} of {logical} usable, on {places}"),
    }
}

/// What sets limits, aligned: the name, how many CPUs it leaves, what it says.
fn limit_rows(limits: &[Limit]) -> Vec<String> {
    let name_width = limits.iter().map(|limit| limit.name.len()).max().unwrap_or(0);
    let figures: Vec<String> = limits.iter().map(|limit| figure(limit.cpus)).collect();
    let figure_width = figures.iter().map(String::len).max().unwrap_or(0);
    let row = |(limit, figure): (&Limit, &String)| {
        format!("{:<name_width$}  {figure:>figure_width$}  {}", limit.name, limit.detail)
    };
    limits.iter().zip(&figures).map(row).collect()
}

/// `4`, `1.5`: two decimals at most.
fn figure(cpus: f64) -> String {
    if cpus < 0.01 {
        return "<0.01".to_owned();
    }
    let text = format!("{cpus:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The keys of the JSON form. Scripts rely on them.
#[derive(Serialize)]
struct Json<'a> {
    host: Option<&'a str>,
    kernel: Option<&'a str>,
    cpu_model: Option<&'a str>,
    logical_cpus: u32,
    usable_cpus: u32,
    usable_list: &'a [u32],
    limited_by: &'a [String],
    limits: Vec<JsonLimit<'a>>,
    memory_bytes: Option<u64>,
    memory_available_bytes: Option<u64>,
    memory_left_bytes: Option<u64>,
    memory_limited_by: &'a [String],
    memory_limits: Vec<JsonMemoryLimit<'a>>,
    load: Option<[f64; 3]>,
    noise: NoiseNowJson,
}

#[derive(Serialize)]
struct JsonMemoryLimit<'a> {
    name: &'a str,
    detail: &'a str,
    bytes: u64,
    left_bytes: u64,
    each_process: bool,
}

#[derive(Serialize)]
struct JsonLimit<'a> {
    name: &'a str,
    detail: &'a str,
    cpus: f64,
}

/// The machine for scripts: one JSON object, `null` for what the system does not tell; ends with a line break.
pub fn json(machine: &MachineNow) -> String {
    let MachineNow { facts, usable, memory, moment, noise } = machine;
    let object = Json {
        host: facts.host.as_deref(),
        kernel: facts.kernel.as_deref(),
        cpu_model: facts.cpu_model.as_deref(),
        logical_cpus: facts.logical_cpus,
        usable_cpus: facts.usable_cpus,
        usable_list: usable.cpus.ids(),
        limited_by: &facts.limited_by,
        limits: usable.limits.iter().map(json_limit).collect(),
        memory_bytes: facts.memory_bytes,
        memory_available_bytes: moment.memory_available_bytes,
        memory_left_bytes: moment.memory_left_bytes,
        memory_limited_by: &facts.memory_limited_by,
        memory_limits: memory.iter().map(json_memory_limit).collect(),
        load: moment.load,
        noise: NoiseNowJson::of(noise),
    };
    foreign::json(&object).expect("words and figures are always JSON") + "\n"
}

fn json_limit(limit: &Limit) -> JsonLimit<'_> {
    JsonLimit { name: &limit.name, detail: &limit.detail, cpus: limit.cpus }
}

fn json_memory_limit(limit: &MemoryLimit) -> JsonMemoryLimit<'_> {
    let MemoryLimit { name, detail, bytes, left_bytes, each_process } = limit;
    JsonMemoryLimit { name, detail, bytes: *bytes, left_bytes: *left_bytes, each_process: *each_process }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::CpuSet;

    fn limit(name: &str, detail: &str, cpus: f64) -> Limit {
        Limit { name: name.to_owned(), detail: detail.to_owned(), cpus }
    }

    fn job() -> Vec<MemoryLimit> {
        vec![MemoryLimit {
            name: "cgroup memory.max".to_owned(),
            detail: "/job_3".to_owned(),
            bytes: 2 << 30,
            left_bytes: 1 << 30,
            each_process: false,
        }]
    }

    fn login_node() -> MachineNow {
        let usable = Usable {
            cpus: CpuSet::parse("0-3,8").unwrap(),
            count: 1,
            limits: vec![
                limit("affinity", "CPUs 0-3,8", 5.0),
                limit("cgroup cpu.max", "/user.slice: 150 ms of CPU time every 100 ms", 1.5),
            ],
        };
        let facts = MachineFacts {
            host: Some("login1".to_owned()),
            kernel: Some("6.1.0".to_owned()),
            cpu_model: None,
            logical_cpus: 64,
            usable_cpus: usable.count,
            limited_by: usable.limited_by(64),
            memory_bytes: Some(24 << 30),
            memory_limited_by: vec!["cgroup memory.max".to_owned()],
            clock: None,
        };
        let moment = Moment {
            memory_available_bytes: Some(20 << 30),
            memory_left_bytes: Some(1 << 30),
            load: Some([3.1, 2.25, 0.0]),
        };
        MachineNow { facts, usable, memory: job(), moment, noise: noise() }
    }

    fn noise() -> NoiseNow {
        NoiseNow { over_s: 1.0, others_cpu: Some(0.23), steal: Some(0.0), spread: Some(0.02), ..NoiseNow::default() }
    }

    #[test]
    fn people_see_what_limits_them() {
        insta::assert_snapshot!(text(&login_node()), @"
        host       login1
        kernel     6.1.0
        processor  unknown
        memory     24.0 GiB, of which 20.0 GiB available, 1.00 GiB of it to parlab (cgroup memory.max)
        load       3.10 · 2.25 · 0.00 (over 1, 5 and 15 minutes)
        CPUs       1 of 64 usable, anywhere on 0-3,8
        limits     affinity          5  CPUs 0-3,8
                   cgroup cpu.max  1.5  /user.slice: 150 ms of CPU time every 100 ms
                   cgroup memory.max  /job_3: 2.00 GiB, of which 1.00 GiB left
        noise      noisy: what is measured now is off, since other programs take 23 % of the usable CPUs
                   others 23 % · steal 0 % · speed within 2.0 %, over 1.00 s
        ");
    }

    #[test]
    fn scripts_find_every_key() {
        insta::assert_snapshot!(json(&login_node()), @r#"
        {
          "host": "login1",
          "kernel": "6.1.0",
          "cpu_model": null,
          "logical_cpus": 64,
          "usable_cpus": 1,
          "usable_list": [
            0,
            1,
            2,
            3,
            8
          ],
          "limited_by": [
            "cgroup cpu.max",
            "affinity"
          ],
          "limits": [
            {
              "name": "affinity",
              "detail": "CPUs 0-3,8",
              "cpus": 5.0
            },
            {
              "name": "cgroup cpu.max",
              "detail": "/user.slice: 150 ms of CPU time every 100 ms",
              "cpus": 1.5
            }
          ],
          "memory_bytes": 25769803776,
          "memory_available_bytes": 21474836480,
          "memory_left_bytes": 1073741824,
          "memory_limited_by": [
            "cgroup memory.max"
          ],
          "memory_limits": [
            {
              "name": "cgroup memory.max",
              "detail": "/job_3",
              "bytes": 2147483648,
              "left_bytes": 1073741824,
              "each_process": false
            }
          ],
          "load": [
            3.1,
            2.25,
            0.0
          ],
          "noise": {
            "over_s": 1.0,
            "others_cpu": 0.23,
            "steal": 0.0,
            "throttled": null,
            "pressure": null,
            "yardstick_spread": 0.02,
            "verdict": "noisy",
            "causes": [
              "others"
            ]
          }
        }
        "#);
    }

    #[test]
    fn what_is_not_known_is_said_so() {
        let MachineNow { mut facts, usable, .. } = login_node();
        (facts.host, facts.memory_bytes) = (None, None);
        facts.memory_limited_by.clear();
        let (moment, noise) = (Moment::default(), NoiseNow::default());
        let unknown = MachineNow { facts, usable, memory: Vec::new(), moment, noise };
        let text = text(&unknown);
        assert_eq!(text.matches(UNKNOWN).count(), 5, "{text}");
        let object: serde_json::Value = serde_json::from_str(&json(&unknown)).unwrap();
        for key in ["host", "cpu_model", "memory_bytes", "memory_available_bytes", "memory_left_bytes", "load"] {
            assert_eq!(object.get(key), Some(&serde_json::Value::Null), "{key}");
        }
    }

    #[test]
    fn the_cpus_are_told_in_one_line() {
        let mut usable = login_node().usable;
        let mut told = |cpus: &str, count, logical| {
            (usable.cpus, usable.count) = (CpuSet::parse(cpus).unwrap(), count);
            super::cpus(&usable, logical)
        };
        assert_eq!(told("0-1", 2, 2), "2 of 2 usable");
        assert_eq!(told("0-3", 4, 64), "4 of 64 usable, on 0-3");
        assert_eq!(told("0-63", 4, 64), "4 of 64 usable, anywhere on 0-63");
    }

    #[test]
    fn fractions_of_cpus_stay_visible() {
        assert_eq!([4.0, 1.5, 0.25, 0.001, 100.0].map(figure), ["4", "1.5", "0.25", "<0.01", "100"]);
    }
}
