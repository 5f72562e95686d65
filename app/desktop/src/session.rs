//! The desktop's session: its message bus, over a local socket. An address of another kind, which would lead through a
//! network, is not used; where there is no bus, whatever wanted it does without.

use std::path::PathBuf;
use std::time::Duration;

use zbus::Connection;

/// How long a service may take to answer.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Where the bus of this session is, if it can be reached without a network.
#[must_use]
pub fn address() -> Option<String> {
    let named = std::env::var("DBUS_SESSION_BUS_ADDRESS").ok();
    let address = named.or_else(|| {
        let socket = PathBuf::from(std::env::var_os("XDG_RUNTIME_DIR")?).join("bus");
        let path = socket.to_str().filter(|_| socket.exists())?;
        Some(format!("unix:path={path}"))
    });
    address.filter(|address| is_local(address))
}

/// Whether every way that an address names is a socket of this computer.
fn is_local(address: &str) -> bool {
    address.split(';').all(|one| one.starts_with("unix:"))
}

/// A connection of one's own, if there is one in time.
pub async fn connect(address: &str) -> Option<Connection> {
    let connect = async {
        zbus::connection::Builder::address(address)?
            .method_timeout(PATIENCE)
            .build()
            .await
    };
    tokio::time::timeout(PATIENCE, connect).await.ok()?.ok()
}

/// A service at a place, and a client that speaks with nobody else: no bus is there.
#[cfg(test)]
pub(crate) async fn stand_in(
    place: &str,
    service: impl zbus::object_server::Interface,
) -> (Connection, Connection) {
    let (here, there) = std::os::unix::net::UnixStream::pair().unwrap();
    let server = zbus::connection::Builder::async_io_unix_stream(there)
        .server(zbus::Guid::generate())
        .unwrap()
        .p2p()
        .serve_at(place, service)
        .unwrap()
        .build();
    let client = zbus::connection::Builder::async_io_unix_stream(here)
        .p2p()
        .build();
    tokio::try_join!(server, client).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sockets_of_this_computer_are_used() {
        for local in [
            "unix:path=/run/user/1000/bus",
            "unix:abstract=/tmp/x,guid=1;unix:path=/y",
        ] {
            assert!(is_local(local), "{local}");
        }
        for other in [
            "",
            "tcp:host=example.org,port=1",
            "unix:path=/y;tcp:host=x",
            "unixexec:path=/x",
        ] {
            assert!(!is_local(other), "{other}");
        }
    }
}
