#![doc = include_str!("../README.md")]

mod cache;
mod client;
mod config;
mod diagnosis;
mod dial;
mod door;
mod guards;
mod keeper;
mod network_file;
mod options;
mod run_directory;
mod stream;
mod tasks;
mod transport;

pub use client::ClientError;
pub use door::MAX_READERS;
pub use guards::GuardStateError;
pub use network_file::{
    MAX_ADDRESSES, MAX_AUTHORITIES, MAX_FILE, MAX_PARAMETER_NAME, MAX_PARAMETERS, MAX_RELAYS,
    NetworkFile, NetworkFileError, NetworkRelay,
};
pub use options::{Network, TorOptions, TorState, Vanguards};
pub use run_directory::RunDirectoryError;
pub use transport::{StartError, TorTransport};

/// The one port that doors listen on, inside the onion service. A request for another port closes
/// the circuit.
pub const VIRTUAL_PORT: u16 = 1;

/// Directives for a `tracing` filter that keep Arti's warnings and leave out its harmless noise:
/// circuits to exits, which we never use, and relays that are not usable for them.
pub const LOG_FILTER: &str = "warn,tor_netdir=error,tor_circmgr=error,tor_guardmgr=error,\
     tor_hsservice=error,tor_hsclient=error,arti_client=warn";
