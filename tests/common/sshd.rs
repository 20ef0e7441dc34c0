//! A real sshd for one test: on the loopback interface, on a port that was free, with keys made for it.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

pub struct Server {
    child: Child,
    folder: TempDir,
    port: u16,
}

impl Server {
    pub fn start() -> Self {
        let folder = super::folder();
        // sshd, running as root, insists on this one.
        let _ = std::fs::create_dir_all("/run/sshd");
        key(&folder.path().join("host"));
        key(&folder.path().join("user"));
        let port = free_port();
        let config = folder.path().join("sshd_config");
        let place = folder.path().display();
        let text = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {place}/host\nPidFile {place}/pid\n\
             AuthorizedKeysFile {place}/user.pub\nPermitRootLogin prohibit-password\nPasswordAuthentication no\n\
             KbdInteractiveAuthentication no\nUsePAM no\nStrictModes no\n"
        );
        std::fs::write(&config, text).expect("a configuration");
        let child = Command::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f"])
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.path().join("log")).expect("a log"))
            .spawn()
            .expect("sshd");
        super::wait_until("sshd to listen", || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
        Self { child, folder, port }
    }

    /// Arguments for a client that gets a terminal and a shell.
    pub fn client_args(&self) -> Vec<String> {
        self.client_args_for("sh")
    }

    /// Arguments for a client that gets a terminal and a command in it.
    pub fn client_args_for(&self, command: &str) -> Vec<String> {
        let key = self.folder.path().join("user");
        let mut args: Vec<String> =
            ["-tt", "-q", "-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "BatchMode=yes"]
                .map(str::to_owned)
                .to_vec();
        args.extend(["-o".to_owned(), "UserKnownHostsFile=/dev/null".to_owned(), "-i".to_owned()]);
        args.extend([key.display().to_string(), "-p".to_owned(), self.port.to_string(), "127.0.0.1".to_owned()]);
        args.push(command.to_owned());
        args
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn key(path: &Path) {
    let status = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(path).status();
    assert!(status.expect("ssh-keygen").success());
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}
