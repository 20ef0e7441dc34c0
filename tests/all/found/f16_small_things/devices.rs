//! What workers cannot be forked without, where it is refused or missing: told at the first worker, and by its name.

use std::process::Command;

use serde_json::Value;

use crate::common::running::warnings;
use crate::common::{binary, folder, have, parlab, skip, stderr, stdout, untitled};

const TOML: &str = "[workload]\nkind = 'square'\ntasks = 20\n[sweep]\nbackends = ['processes', 'hybrid']\n\
                    workers = '2x2'\nrepeats = 1\nwarmup = 0\n";

/// Has a filter of system calls installed that refuses prctl(PR_SET_PDEATHSIG) with an errno, and starts a program.
const REFUSING: &str = r"
import ctypes, os, struct, sys
EPERM_OR, program = int(sys.argv[1]), sys.argv[2:]
libc = ctypes.CDLL(None, use_errno=True)
calls = {'x86_64': (157, 0xC000003E), 'aarch64': (167, 0xC00000B7)}
prctl, arch = calls[os.uname().machine]
def op(code, jt, jf, k): return struct.pack('HBBI', code, jt, jf, k)
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
code = b''.join([
    op(LOAD, 0, 0, 4), op(EQUAL, 0, 5, arch),
    op(LOAD, 0, 0, 0), op(EQUAL, 0, 3, prctl),
    op(LOAD, 0, 0, 16), op(EQUAL, 0, 1, 1),
    op(RETURN, 0, 0, 0x00050000 | EPERM_OR),
    op(RETURN, 0, 0, 0x7FFF0000)])
buffer = ctypes.create_string_buffer(code)
class Program(ctypes.Structure):
    _fields_ = [('len', ctypes.c_ushort), ('filter', ctypes.c_void_p)]
filter = Program(8, ctypes.addressof(buffer))
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(filter), 0, 0):
    sys.exit(99)
os.execv(program[0], program)
";

fn broken(report: &Value) -> Vec<String> {
    warnings(report, "trial-broken")
}

#[test]
fn a_refused_call_ends_the_trial_at_its_first_worker_with_the_reason() {
    if !have("python3") {
        return;
    }
    for (errno, name) in [(1, "EPERM"), (38, "ENOSYS")] {
        let folder = folder();
        let journal = folder.path().join("journal");
        let mut command = Command::new("python3");
        command.args(["-c", REFUSING, &errno.to_string()]).arg(binary());
        command.args(["run", "--quiet", "--format", "json", "--journal"]).arg(&journal);
        let output = command.arg(untitled(folder.path(), TOML)).envs(crate::common::UNDISTURBED).output();
        let output = output.expect("python3");
        if output.status.code() == Some(99) {
            return skip("it needs filters of system calls");
        }
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let report: Value = serde_json::from_str(&stdout(&output)).expect("a report");
        let told = broken(&report);
        assert!(!told.is_empty(), "{}", report["warnings"]);
        for told in told {
            assert!(told.contains("PR_SET_PDEATHSIG") && told.contains(name), "{told}");
        }
        let events = std::fs::read_to_string(&journal).expect("a journal");
        assert_eq!(events.matches("worker_lost").count(), 0, "none was tried again");
        assert_eq!(report["configs"][0]["tasks_done"], 20, "what needs no process is measured all the same");
    }
}

/// Runs parlab where `/dev` is as a shell command leaves it.
fn with_dev(prepare: &str) -> Option<(i32, Value, String)> {
    if !have("unshare") {
        return None;
    }
    if !nix::unistd::geteuid().is_root() {
        skip("only root can have file systems of its own");
        return None;
    }
    let folder = folder();
    let script = format!(
        "mount --make-rprivate / && mount -t tmpfs tmpfs /dev && {prepare} || exit 99; \
         exec \"$0\" run --quiet --format json \"$1\" >\"$2/stdout\" 2>\"$2/stderr\""
    );
    let program = parlab();
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", &script]).arg(program.get_program());
    command.arg(untitled(folder.path(), TOML)).arg(folder.path()).env("XDG_STATE_HOME", "/nonexistent");
    let status = command.status().expect("unshare");
    if status.code() == Some(99) {
        skip("it needs mounts of its own");
        return None;
    }
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    let report = serde_json::from_str(&read("stdout")).unwrap_or(Value::Null);
    Some((status.code().unwrap_or(-1), report, read("stderr")))
}

#[test]
fn a_missing_device_is_named_and_the_program_is_not_blamed() {
    // Something is on standard input: without, the program's own start-up would want the device.
    for prepare in ["mkfifo /dev/in && exec 0<>/dev/in", "exec 0</etc/passwd && mkdir /dev/null"] {
        let Some((code, report, stderr)) = with_dev(prepare) else { return };
        assert_eq!(code, 1, "{prepare}: {stderr}");
        let told = broken(&report);
        assert!(!told.is_empty(), "{prepare}: {}\n{stderr}", report["warnings"]);
        for told in told {
            assert!(told.contains("/dev/null"), "{prepare}: {told}");
        }
        assert_eq!(report["configs"][0]["tasks_done"], 20, "what needs no process is measured all the same");
    }
}
