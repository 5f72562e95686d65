//! Loopback ports that stay ours. It exists because a port that was free a moment ago can be taken
//! by another network that starts at the same time, and `tor` cannot be handed an open socket.
//!
//! The trick: a socket is bound exclusively, which proves that nobody has the port, and then
//! marked reusable without ever listening. `tor`, which binds with `SO_REUSEADDR`, can listen on
//! the port; a second exclusive bind, and the kernel's choice for outgoing connections, cannot.
//! It relies on Linux; it does not defend against a program that takes the port on purpose.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::ops::Range;

use tokio::net::{TcpListener, TcpSocket};

/// Below the range from which Linux takes ports for outgoing connections (32,768 and up).
const RANGE: Range<u16> = 10_240..32_768;

/// Draws before giving up; with a hundred networks on the machine the expected number is 1.02.
const DRAWS: usize = 200;

/// One loopback port that no other holder can get while this value lives.
#[derive(Debug)]
pub(crate) struct HeldPort {
    port: u16,
    /// Bound, never listening: connections are refused unless somebody else listens.
    _socket: TcpSocket,
}

impl HeldPort {
    /// Holds a random free port.
    ///
    /// # Errors
    /// The last bind's error when no port was free in [`DRAWS`] draws.
    pub(crate) fn draw() -> io::Result<Self> {
        draw(|address| {
            let socket = TcpSocket::new_v4()?;
            socket.bind(address)?;
            socket.set_reuseaddr(true)?;
            Ok(Self {
                port: address.port(),
                _socket: socket,
            })
        })
    }

    /// The port's number.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }
}

/// Listens on a random free port. Must be called inside a tokio runtime.
///
/// # Errors
/// As [`HeldPort::draw`].
pub(crate) fn listen_anywhere() -> io::Result<TcpListener> {
    draw(|address| {
        let socket = TcpSocket::new_v4()?;
        socket.bind(address)?;
        socket.listen(64)
    })
}

fn draw<T>(bind: impl Fn(SocketAddr) -> io::Result<T>) -> io::Result<T> {
    let mut last = io::ErrorKind::AddrInUse.into();
    for _ in 0..DRAWS {
        match bind(loopback(rand::random_range(RANGE))) {
            Ok(bound) => return Ok(bound),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// `127.0.0.1:port`.
pub(crate) const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_held_port_is_refused_to_others_and_open_to_a_reusing_listener() {
        let held = HeldPort::draw().unwrap();
        let address = loopback(held.port());

        let rival = TcpSocket::new_v4().unwrap();
        assert_eq!(
            rival.bind(address).unwrap_err().kind(),
            io::ErrorKind::AddrInUse
        );
        let refused = tokio::net::TcpStream::connect(address).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);

        // What tor does.
        let tor = TcpSocket::new_v4().unwrap();
        tor.set_reuseaddr(true).unwrap();
        tor.bind(address).unwrap();
        let listener = tor.listen(1).unwrap();
        let (connected, accepted) =
            tokio::join!(tokio::net::TcpStream::connect(address), listener.accept());
        connected.unwrap();
        accepted.unwrap();

        drop(held);
        drop(listener);
    }
}
