//! How far away ranks may be: whether a command, or the job that it is run in, puts them on other nodes; and where these
//! find this one. Nothing is opened for the network unless they may.

use std::ffi::{OsStr, OsString};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};
use std::path::Path;

use nix::ifaddrs::{InterfaceAddress, getifaddrs};
use nix::net::if_::InterfaceFlags;

/// Where ranks may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All on this node.
    Node,
    /// On others, too.
    Network,
}

/// Options by which launchers are told of hosts, up to what may follow without a blank.
const HOST_OPTIONS: &[&str] = &[
    "-host",
    "--host",
    "-hosts",
    "--hosts",
    "-H",
    "-f",
    "-hostfile",
    "--hostfile",
    "-machinefile",
    "--machinefile",
    "-machine",
    "-w",
    "--nodelist",
    "-N",
    "--nodes",
    "-configfile",
];

/// Variables that name a file of hosts, of launchers and batch systems.
const HOST_FILES: &[&str] = &[
    "HYDRA_HOST_FILE",
    "I_MPI_HYDRA_HOST_FILE",
    "OMPI_MCA_orte_default_hostfile",
    "PRTE_MCA_prte_default_hostfile",
    "PBS_NODEFILE",
    "LSB_DJOB_HOSTFILE",
    "PE_HOSTFILE",
    "COBALT_NODEFILE",
    "OAR_NODEFILE",
];

/// Variables that say how many nodes a job has.
const NODE_COUNTS: &[&str] = &["SLURM_JOB_NUM_NODES", "SLURM_NNODES", "FLUX_JOB_NNODES"];

impl Reach {
    /// How far away the ranks of a command may be, in an environment.
    pub fn of(words: &[OsString], variable: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let path = variable("PATH");
        // What follows the program is its own.
        let mut of_launcher = words.iter().skip(1).take_while(|word| !is_program(word, path.as_deref()));
        let names_hosts = |word: &OsString| {
            let word = word.to_str().unwrap_or_default();
            HOST_OPTIONS.contains(&word.split('=').next().unwrap_or_default())
        };
        let has_file = |name: &&str| variable(name).is_some_and(|value| !value.is_empty());
        let counts = NODE_COUNTS.iter().filter_map(|name| variable(name)?.to_str()?.parse::<u64>().ok());
        let is_far = of_launcher.any(names_hosts) || HOST_FILES.iter().any(has_file) || counts.max().unwrap_or(1) > 1;
        if is_far { Self::Network } else { Self::Node }
    }

    /// What listens for them.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn listener(self) -> io::Result<TcpListener> {
        match self {
            Self::Node => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)),
            // It takes what comes by the older protocol, too, where there are both.
            Self::Network => {
                TcpListener::bind((Ipv6Addr::UNSPECIFIED, 0)).or_else(|_| TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)))
            }
        }
    }

    /// By which addresses they find this node, those of the network first.
    pub fn addresses(self) -> Vec<IpAddr> {
        let of_network = match self {
            Self::Node => Vec::new(),
            Self::Network => {
                getifaddrs().map(|all| all.filter_map(|one| of_network(&one)).collect()).unwrap_or_default()
            }
        };
        of_network.into_iter().chain([IpAddr::V4(Ipv4Addr::LOCALHOST)]).collect()
    }
}

/// Whether a word is a file by its path, or the name of one in `path`.
fn is_program(word: &OsStr, path: Option<&OsStr>) -> bool {
    if word.as_encoded_bytes().contains(&b'/') {
        return Path::new(word).is_file();
    }
    let is_option = word.is_empty() || word.as_encoded_bytes().starts_with(b"-");
    !is_option && path.is_some_and(|path| std::env::split_paths(path).any(|folder| folder.join(word).is_file()))
}

/// The address of an interface by which other nodes can reach this one.
fn of_network(interface: &InterfaceAddress) -> Option<IpAddr> {
    if !interface.flags.contains(InterfaceFlags::IFF_UP) {
        return None;
    }
    let storage = interface.address.as_ref()?;
    let v4 = storage.as_sockaddr_in().map(|address| IpAddr::V4(address.ip()));
    let v6 = storage.as_sockaddr_in6().map(|address| address.ip());
    // An address of a link says nothing without the name that the other node has for it.
    let v6 = v6.filter(|address| !address.is_unicast_link_local()).map(IpAddr::V6);
    v4.or(v6).filter(|address| !address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_elsewhere_where_hosts_are_named_or_the_job_has_several_nodes() {
        let reach = |command: &str, variables: &[(&str, &str)]| {
            let words: Vec<OsString> = command.split(' ').map(OsString::from).collect();
            Reach::of(&words, &|name| variables.iter().find(|(of, _)| *of == name).map(|(_, value)| value.into()))
        };
        for command in ["mpirun -n 4 ./prog", "mpirun --oversubscribe -np 2 prog -x", "srun -n 4 prog"] {
            assert_eq!(reach(command, &[("SLURM_JOB_NUM_NODES", "1"), ("PBS_NODEFILE", "")]), Reach::Node, "{command}");
        }
        for command in ["mpirun -hosts a,b prog", "mpirun --host=a,b prog", "mpiexec -f hosts prog", "srun -N 2 prog"] {
            assert_eq!(reach(command, &[]), Reach::Network, "{command}");
        }
        let program = std::env::current_exe().unwrap();
        let own = format!("mpirun -n 4 {} -f input -N 3", program.display());
        assert_eq!(reach(&own, &[]), Reach::Node, "options of the program");
        let folder = program.parent().unwrap().to_str().unwrap();
        let named = format!("mpirun --oversubscribe {} -H", program.file_name().unwrap().display());
        assert_eq!(reach(&named, &[("PATH", folder)]), Reach::Node, "the same of one that is found by its name");
        let hosts = format!("mpirun -hosts a,b {} -H", program.display());
        assert_eq!(reach(&hosts, &[]), Reach::Network);
        for variable in [("SLURM_NNODES", "2"), ("PBS_NODEFILE", "/var/nodes")] {
            assert_eq!(reach("mpirun prog", &[variable]), Reach::Network, "{variable:?}");
        }
    }

    #[test]
    fn nothing_is_opened_for_the_network_where_ranks_are_on_this_node() {
        let listener = Reach::Node.listener().unwrap();
        assert!(listener.local_addr().unwrap().ip().is_loopback());
        assert_eq!(Reach::Node.addresses(), [IpAddr::V4(Ipv4Addr::LOCALHOST)]);
        assert_eq!(Reach::Network.addresses().last(), Some(&IpAddr::V4(Ipv4Addr::LOCALHOST)));
    }
}
