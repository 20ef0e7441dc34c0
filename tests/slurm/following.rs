//! One that follows a job without a screen, while a test does something about the job.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::cluster::{Cluster, OFTEN};
use crate::common::{PATIENCE, binary, stdout};

pub(crate) struct Following {
    child: Option<Child>,
    /// What it says on standard error.
    lines: Receiver<String>,
}

impl Following {
    pub(crate) fn start(cluster: &Cluster, job: &str) -> Self {
        let mut command = cluster.command(binary());
        command.args(["submit", "--attach", job, "--format", "json"]).args(OFTEN);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("parlab");
        let said = BufReader::new(child.stderr.take().expect("a pipe"));
        let (tell, lines) = channel();
        std::thread::spawn(move || said.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        Self { child: Some(child), lines }
    }

    /// Waits until it says something, and gives that line.
    pub(crate) fn until(&mut self, says: &str) -> String {
        let mut said = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            if line.contains(says) {
                return line;
            }
            said.push(line);
        }
        panic!("never said {says:?}, but {said:#?}");
    }

    /// Presses Ctrl-C. The process that was started enters the namespaces, and has started parlab there.
    pub(crate) fn interrupt(&self) {
        let child = self.child.as_ref().expect("a process").id();
        let inside = fs::read_to_string(format!("/proc/{child}/task/{child}/children")).expect("children");
        let parlab = inside.trim().parse().expect("a number");
        kill(Pid::from_raw(parlab), Signal::SIGINT).expect("a process");
    }

    /// Its exit code.
    pub(crate) fn code(mut self) -> Option<i32> {
        self.child.take().expect("a process").wait().expect("an end").code()
    }

    /// The report that it leaves, and its exit code.
    pub(crate) fn report(mut self) -> (Value, Option<i32>) {
        let output = self.child.take().expect("a process").wait_with_output().expect("an end");
        let report = serde_json::from_slice(&output.stdout);
        (report.unwrap_or_else(|error| panic!("{error}: {}", stdout(&output))), output.status.code())
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Its namespaces end with the test.
            let _ = child.kill().and_then(|()| child.wait());
        }
    }
}
