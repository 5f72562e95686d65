//! A private Tor network on 127.0.0.1 out of Debian's `tor`: one directory authority, which is a
//! relay too, and a few relays. It exists so that tests and demonstrations run real onion services
//! over real relays and touch nothing but this computer.
//!
//! It does not run clients or onion services (those are the programs under test), it does not
//! reproduce the size or the load of the public network, and its relays are all the same person:
//! nothing that is sent over it is anonymous.

mod consensus;
mod directory;
mod error;
mod forwarder;
mod keys;
mod network_file;
mod ports;
mod process;
mod programs;
mod torrc;

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::try_join_all;
use tokio::net::TcpStream;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout, timeout_at};

use consensus::Progress;
use directory::Directory;
pub use error::{LinkError, LogTail, TorNetError};
use forwarder::Forwarder;
use keys::RelayKeys;
use ports::HeldPort;
use process::Process;
pub use programs::Missing;
use programs::Programs;
use torrc::Ports;

/// The least number of relays next to the authority with which Arti builds onion circuits at all:
/// in about one network of five some client's vanguards leave it no path.
pub const MIN_RELAYS: usize = 3;

/// Enough relays next to the authority for every client to find its paths.
pub const DEFAULT_RELAYS: usize = 5;

/// The most relays; each takes some 50 MiB of memory.
pub const MAX_RELAYS: usize = 16;

/// The longest delay of a forwarder, one way.
pub const MAX_DELAY: Duration = Duration::from_secs(5);

/// For one key generation program. It takes about a second, and ten on a loaded machine.
const KEY_DEADLINE: Duration = Duration::from_secs(120);

/// From launch to the consensus. It takes about five seconds, and twenty on a loaded machine.
const READY_DEADLINE: Duration = Duration::from_secs(180);

/// The pace of the first votes, in seconds, start by start: a relay of an overloaded machine that misses
/// one has longer for the next.
const PACES: [u32; 4] = [5, 10, 20, 30];

/// Between two questions to the authority.
const LOOK: Duration = Duration::from_millis(50);

/// Between two times that a relay without a consensus is told to fetch it.
const FETCH_AGAIN: Duration = Duration::from_secs(3);

/// The authority's name in torrc and on disk.
const AUTHORITY: &str = "authority";

/// What kind of network to start.
#[derive(Clone, Debug)]
pub struct TorNetOptions {
    /// Relays next to the authority, [`MIN_RELAYS`] to [`MAX_RELAYS`].
    pub relays: usize,
    /// `Some`: a forwarder stands before every relay and holds each chunk back so long, one way,
    /// at most [`MAX_DELAY`]. Zero is a forwarder that can only be cut. A round trip from client
    /// to onion service crosses 14 forwarders. `None`: no forwarder.
    pub delay: Option<Duration>,
    /// Where keys, configuration and logs go, and stay after the end. It must be empty, missing or
    /// a former network's directory, which is then cleared. `None`: a temporary directory, deleted
    /// at the end.
    pub directory: Option<PathBuf>,
}

impl Default for TorNetOptions {
    fn default() -> Self {
        Self {
            relays: DEFAULT_RELAYS,
            delay: None,
            directory: None,
        }
    }
}

/// Memory of one process or of all, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Resident set size: pages shared by several processes count in each.
    pub resident: u64,
    /// Proportional set size: a shared page counts in parts.
    pub proportional: u64,
}

/// The authority or a relay.
#[derive(Debug)]
struct Node {
    name: String,
    data: PathBuf,
    ports: Ports,
    keys: RelayKeys,
}

/// A running private network. Dropping it kills and reaps its processes; when the owning process
/// is killed, the relays notice within 15 s and end.
///
/// The relays are processes of their own, but the forwarders live in the tokio runtime that called
/// [`TorNet::start`]: with a delay, keep that runtime.
#[derive(Debug)]
pub struct TorNet {
    // Order matters: fields are dropped from top to bottom, the files last.
    processes: Mutex<Vec<Process>>,
    authority: keys::AuthorityKeys,
    /// As `nodes`, or empty.
    forwarders: Vec<Forwarder>,
    /// The authority first.
    nodes: Vec<Node>,
    directory_port: HeldPort,
    /// Keeps the listening ports reserved while the relays are down.
    _relay_ports: Vec<HeldPort>,
    programs: Programs,
    directory: Directory,
}

impl TorNet {
    /// Starts a network and waits until all its relays have the consensus of all, about 8 s.
    ///
    /// # Errors
    /// See [`TorNetError`]. Nothing is left running.
    pub async fn start(options: TorNetOptions) -> Result<Self, TorNetError> {
        if !(MIN_RELAYS..=MAX_RELAYS).contains(&options.relays) {
            return Err(TorNetError::RelayCount(options.relays));
        }
        if let Some(delay) = options.delay.filter(|delay| *delay > MAX_DELAY) {
            return Err(TorNetError::Delay(delay));
        }
        let programs = Programs::installed()?;
        let directory = Directory::open(options.directory.as_deref())?;
        let directory_port = HeldPort::draw()?;
        let mut relay_ports = Vec::new();
        let mut forwarders = Vec::new();
        let mut planned = Vec::new();
        for number in 0..=options.relays {
            let name = match number {
                0 => AUTHORITY.to_owned(),
                _ => format!("relay{number}"),
            };
            let held = HeldPort::draw()?;
            let listening = held.port();
            relay_ports.push(held);
            let mut advertised = listening;
            if let Some(delay) = options.delay {
                let listener = ports::listen_anywhere()?;
                advertised = listener.local_addr()?.port();
                let target = ports::loopback(listening);
                forwarders.push(Forwarder::start(listener, target, delay));
            }
            let ports = Ports {
                advertised,
                listening,
            };
            planned.push((directory.data(&name)?, name, ports));
        }

        let authority_data = planned[0].0.clone();
        let made = try_join_all(planned.into_iter().map(|(data, name, ports)| {
            let programs = &programs;
            async move {
                let keys = keys::relay(programs, &name, &data).await?;
                Ok::<_, TorNetError>(Node {
                    name,
                    data,
                    ports,
                    keys,
                })
            }
        }));
        let authority = keys::authority(&programs, &authority_data, directory_port.port());
        let (nodes, authority) = tokio::try_join!(made, authority)?;

        let network = Self {
            processes: Mutex::default(),
            authority,
            forwarders,
            nodes,
            directory_port,
            _relay_ports: relay_ports,
            programs,
            directory,
        };
        for node in &network.nodes {
            network.configure(node, PACES[0])?;
        }
        network.run_until_ready().await?;
        network_file::write(
            &network.directory.network_file(),
            &network.authority,
            network.nodes.iter().map(|node| (&node.keys, node.ports)),
        )?;
        Ok(network)
    }

    /// Whether a network can be started here.
    ///
    /// # Errors
    /// The first program that is missing.
    pub fn available() -> Result<(), Missing> {
        Programs::installed().map(|_| ())
    }

    /// For the head of a test: `Ok(true)` when a network can be started; `Ok(false)`, after the
    /// reason was printed, when it cannot and the test is to be skipped.
    ///
    /// # Errors
    /// The missing program when the environment variable `CI` is set: nothing is skipped there.
    pub fn available_or_skip() -> Result<bool, Missing> {
        programs::skip_or_fail(Self::available(), std::env::var_os("CI").is_some())
    }

    /// The file that makes an Undertone program use this network: `--network FILE`.
    #[must_use]
    pub fn network_file(&self) -> PathBuf {
        self.directory.network_file()
    }

    /// The process numbers, the authority's first. Empty after [`Self::kill_relays`].
    #[must_use]
    pub fn pids(&self) -> Vec<u32> {
        self.processes().iter().map(Process::pid).collect()
    }

    /// The advertised ports of the relays, the authority's first: with a delay, the forwarders'.
    #[must_use]
    pub fn ports(&self) -> Vec<u16> {
        self.nodes
            .iter()
            .map(|node| node.ports.advertised)
            .collect()
    }

    /// The ports on which the relays themselves listen, in the order of [`Self::ports`].
    #[must_use]
    pub fn listening_ports(&self) -> Vec<u16> {
        self.nodes.iter().map(|node| node.ports.listening).collect()
    }

    /// The authority's directory port, which answers HTTP and is never delayed.
    #[must_use]
    pub fn directory_port(&self) -> u16 {
        self.directory_port.port()
    }

    /// The memory of all processes together.
    ///
    /// # Errors
    /// When `/proc` does not tell, as for a process that has ended.
    pub fn memory(&self) -> io::Result<Memory> {
        let mut sum = Memory::default();
        for process in self.processes().iter() {
            let one = process.memory()?;
            sum.resident += one.resident;
            sum.proportional += one.proportional;
        }
        Ok(sum)
    }

    /// Kills every relay and the authority with `SIGKILL` and reaps them. The onion services'
    /// descriptors are lost with them: they live in the relays' memory alone.
    pub fn kill_relays(&self) {
        self.processes().clear();
    }

    /// Starts what [`Self::kill_relays`] killed, with the same keys and ports, and waits until
    /// each listens. Relays that still run are killed first.
    ///
    /// # Errors
    /// As [`Self::start`]. The consensus is from before; it is valid for 15 minutes.
    pub async fn restart_relays(&self) -> Result<(), TorNetError> {
        self.kill_relays();
        self.run_until_ready().await
    }

    /// Closes all connections through a relay's forwarder and every new one; 0 is the authority.
    ///
    /// # Errors
    /// When there is no such forwarder.
    pub fn cut_relay(&self, number: usize) -> Result<(), LinkError> {
        self.forwarder(number).map(Forwarder::cut)
    }

    /// Undoes [`Self::cut_relay`].
    ///
    /// # Errors
    /// When there is no such forwarder.
    pub fn reconnect_relay(&self, number: usize) -> Result<(), LinkError> {
        self.forwarder(number).map(Forwarder::reconnect)
    }

    fn forwarder(&self, number: usize) -> Result<&Forwarder, LinkError> {
        if self.forwarders.is_empty() {
            return Err(LinkError::NoForwarders);
        }
        self.forwarders
            .get(number)
            .ok_or(LinkError::NoSuchRelay(number))
    }

    fn processes(&self) -> MutexGuard<'_, Vec<Process>> {
        self.processes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn configure(&self, node: &Node, pace: u32) -> Result<(), TorNetError> {
        let authority_node = self.authority_node()?;
        let authority = torrc::Authority {
            name: AUTHORITY,
            orport: authority_node.ports.advertised,
            dirport: self.directory_port.port(),
            keys: &self.authority,
            relay_keys: &authority_node.keys,
        };
        let data = torrc::quoted(&node.data).ok_or(TorNetError::DirectoryName)?;
        let owner = std::process::id();
        let mut text = torrc::relay(&node.name, &data, node.ports, &authority, owner);
        if node.name == AUTHORITY {
            text.push_str(&torrc::authority_lines(authority.dirport, pace));
        }
        Ok(std::fs::write(node.data.join("torrc"), text)?)
    }

    fn authority_node(&self) -> Result<&Node, TorNetError> {
        self.nodes.first().ok_or(TorNetError::RelayCount(0))
    }

    /// Launches all processes and waits for the consensus of all and for open ports.
    async fn run_until_ready(&self) -> Result<(), TorNetError> {
        let deadline = Instant::now() + READY_DEADLINE;
        let mut paces = PACES.into_iter().skip(1);
        let mut pace = PACES[0];
        loop {
            self.launch()?;
            match timeout_at(deadline, self.progress()).await {
                Ok(Ok(Progress::Complete)) => return Ok(()),
                Ok(Ok(_)) => {
                    // On an overloaded machine a relay can miss the first vote, and the next is
                    // five minutes away. Keys and ports stay.
                    tracing::info!("the first consensus lacks a relay: voting again");
                    self.kill_relays();
                    pace = paces.next().unwrap_or(pace);
                    self.configure(self.authority_node()?, pace)?;
                    for node in &self.nodes {
                        directory::forget_state(&node.data)?;
                    }
                }
                Ok(Err(error)) => {
                    self.kill_relays();
                    return Err(error);
                }
                Err(_) => {
                    let tail = self.processes().first().map(Process::log_tail);
                    self.kill_relays();
                    return Err(TorNetError::Deadline {
                        log: LogTail::new(tail.unwrap_or_default()),
                    });
                }
            }
        }
    }

    fn launch(&self) -> io::Result<()> {
        let mut processes = self.processes();
        for node in &self.nodes {
            processes.push(Process::start(&self.programs.tor, &node.data)?);
        }
        Ok(())
    }

    /// Waits until there is a consensus; complete means also that every relay listens and has it:
    /// clients fetch it from relays.
    async fn progress(&self) -> Result<Progress, TorNetError> {
        let names: Vec<&str> = self.nodes.iter().map(|node| node.name.as_str()).collect();
        let directory = ports::loopback(self.directory_port.port());
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut told: Option<Instant> = None;
        loop {
            look.tick().await;
            self.find_dead()?;
            match consensus::progress(directory, &names).await {
                Progress::None => {}
                Progress::Incomplete => return Ok(Progress::Incomplete),
                Progress::Complete if self.all_listen().await => {
                    let waiting = self.without_directory();
                    if waiting.is_empty() {
                        return Ok(Progress::Complete);
                    }
                    if told.is_none_or(|told| told.elapsed() > FETCH_AGAIN) {
                        for pid in waiting {
                            process::reload(pid).await?;
                        }
                        told = Some(Instant::now());
                    }
                }
                Progress::Complete => {}
            }
        }
    }

    /// The relays that lack the consensus which the authority serves. One that asked for it too
    /// early asks again ever more rarely, up to half a minute later; told to reload, it asks at once.
    fn without_directory(&self) -> Vec<u32> {
        let processes = self.processes();
        let relays = processes.iter().skip(1);
        let waiting = relays.filter(|process| !process.has_directory());
        waiting.map(Process::pid).collect()
    }

    fn find_dead(&self) -> Result<(), TorNetError> {
        for (process, node) in self.processes().iter_mut().zip(&self.nodes) {
            if let Some(status) = process.exited()? {
                return Err(TorNetError::Exited {
                    name: node.name.as_str().into(),
                    status,
                    log: LogTail::new(process.log_tail()),
                });
            }
        }
        Ok(())
    }

    async fn all_listen(&self) -> bool {
        for node in &self.nodes {
            let address = ports::loopback(node.ports.listening);
            let connected = timeout(Duration::from_secs(1), TcpStream::connect(address)).await;
            if !matches!(connected, Ok(Ok(_))) {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn impossible_networks_are_refused_before_anything_is_started() {
        let few = TorNetOptions {
            relays: 2,
            ..Default::default()
        };
        assert!(matches!(
            TorNet::start(few).await,
            Err(TorNetError::RelayCount(2))
        ));
        let slow = TorNetOptions {
            delay: Some(Duration::from_secs(6)),
            ..Default::default()
        };
        assert!(matches!(
            TorNet::start(slow).await,
            Err(TorNetError::Delay(_))
        ));
    }

    /// Both ways in which a start does not go as planned, on one network because starts are slow.
    #[tokio::test]
    async fn a_relay_that_ends_is_reported_and_one_that_misses_the_vote_gets_another() {
        if !TorNet::available_or_skip().unwrap() {
            return;
        }
        let network = TorNet::start(TorNetOptions::default()).await.unwrap();
        let torrc = network.nodes[3].data.join("torrc");
        let good = std::fs::read_to_string(&torrc).unwrap();

        std::fs::write(&torrc, format!("{good}NoSuchOption 1\n")).unwrap();
        let error = network.restart_relays().await.unwrap_err();
        assert!(
            matches!(&error, TorNetError::Exited { name, log, .. }
                if &**name == "relay3" && log.to_string().contains("NoSuchOption")),
            "{error}"
        );
        assert!(network.pids().is_empty());

        // The first time relay3 keeps its descriptor to itself; as soon as it listens, that is put
        // right for the next time.
        let secretive = good.replace("PublishServerDescriptor 1", "PublishServerDescriptor 0");
        assert_ne!(secretive, good);
        std::fs::write(&torrc, secretive).unwrap();
        for node in &network.nodes {
            directory::forget_state(&node.data).unwrap();
        }
        let first_pids = async {
            let address = ports::loopback(network.nodes[3].ports.listening);
            let mut look = interval(LOOK);
            while TcpStream::connect(address).await.is_err() {
                look.tick().await;
            }
            std::fs::write(&torrc, &good).unwrap();
            network.pids()
        };
        let (ready, first_pids) = tokio::join!(network.run_until_ready(), first_pids);
        ready.unwrap();
        assert_eq!(first_pids.len(), DEFAULT_RELAYS + 1);
        assert!(network.pids().iter().all(|pid| !first_pids.contains(pid)));
    }
}
