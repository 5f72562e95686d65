//! Stands in front of a relay and makes its links slow, or takes them away. It exists because the
//! kernels of build machines have no `netem`, and because on loopback a Tor network measures the
//! processor and not Tor.
//!
//! A chunk that is read at time t is written at t + delay, in order. There is no loss, no jitter
//! and no limit of bandwidth. It knows nothing of Tor.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

/// Bytes read at once.
const CHUNK: usize = 8 * 1024;

/// Chunks under way in one direction of one connection: at most 32 MiB, and 250 MiB/s at 30 ms
/// when they are full. When it is reached, nothing is read, and so the sender is held back by TCP.
const CHUNKS_IN_FLIGHT: usize = 4096;

/// Connections through one forwarder; more are closed at once.
const CONNECTIONS: usize = 1024;

/// A listening forwarder. Dropping it closes every connection.
#[derive(Debug)]
pub(crate) struct Forwarder {
    connected: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Forwarder {
    /// Forwards what arrives at `listener` to `target`, `delay` late in each direction.
    pub(crate) fn start(listener: TcpListener, target: SocketAddr, delay: Duration) -> Self {
        let (connected, watched) = watch::channel(true);
        let task = tokio::spawn(serve(listener, target, delay, watched));
        Self { connected, task }
    }

    /// Closes all connections at once and closes new ones as they come, until [`Self::reconnect`].
    pub(crate) fn cut(&self) {
        self.connected.send_replace(false);
    }

    /// Lets connections through again.
    pub(crate) fn reconnect(&self) {
        self.connected.send_replace(true);
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    listener: TcpListener,
    target: SocketAddr,
    delay: Duration,
    connected: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((client, _)) if *connected.borrow() && connections.len() < CONNECTIONS => {
                    let mut connected = connected.clone();
                    connections.spawn(async move {
                        tokio::select! {
                            // An error here is the relay's absence; the client sees the close.
                            _ = forward(client, target, delay) => {}
                            _ = connected.wait_for(|up| !up) => {}
                        }
                    });
                }
                Ok(_) => {}
                Err(error) => {
                    // Out of file descriptors, most likely: do not spin.
                    tracing::warn!(%error, "forwarder cannot accept");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn forward(client: TcpStream, target: SocketAddr, delay: Duration) -> io::Result<()> {
    client.set_nodelay(true)?;
    let relay = TcpStream::connect(target).await?;
    relay.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_relay, to_relay) = relay.into_split();
    // The first error ends both directions, as a reset does.
    tokio::try_join!(
        pump(from_client, to_relay, delay),
        pump(from_relay, to_client, delay)
    )?;
    Ok(())
}

/// One direction, until its end was passed on.
async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, delay: Duration) -> io::Result<()> {
    let (queue, mut due) = mpsc::channel::<(Instant, Vec<u8>)>(CHUNKS_IN_FLIGHT);
    let reading = async move {
        loop {
            let mut chunk = vec![0; CHUNK];
            // A reset is passed on late like all else.
            let read = from.read(&mut chunk).await.unwrap_or(0);
            chunk.truncate(read);
            let sent = queue.send((Instant::now() + delay, chunk)).await;
            if read == 0 || sent.is_err() {
                return Ok::<(), io::Error>(());
            }
        }
    };
    let writing = async move {
        while let Some((at, chunk)) = due.recv().await {
            sleep_until(at).await;
            if chunk.is_empty() {
                break;
            }
            to.write_all(&chunk).await?;
        }
        to.shutdown().await
    };
    tokio::try_join!(reading, writing)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tornet::ports::listen_anywhere;

    /// An echo server behind a forwarder.
    fn echo(delay: Duration) -> (SocketAddr, Forwarder) {
        let server = listen_anywhere().unwrap();
        let target = server.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = server.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.split();
                    tokio::io::copy(&mut read, &mut write).await
                });
            }
        });
        let listener = listen_anywhere().unwrap();
        let address = listener.local_addr().unwrap();
        (address, Forwarder::start(listener, target, delay))
    }

    #[tokio::test]
    async fn a_round_trip_takes_twice_the_delay_and_keeps_the_order() {
        let delay = Duration::from_millis(100);
        let (address, _forwarder) = echo(delay);
        let mut stream = TcpStream::connect(address).await.unwrap();
        let sent: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
        let begun = Instant::now();
        stream.write_all(&sent).await.unwrap();
        let mut first = [0; 1];
        stream.read_exact(&mut first).await.unwrap();
        assert!(begun.elapsed() >= 2 * delay, "{:?}", begun.elapsed());
        stream.shutdown().await.unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        assert_eq!(first[0], sent[0]);
        assert_eq!(rest, sent[1..]);
    }

    #[tokio::test]
    async fn cut_closes_what_is_open_and_reconnect_lets_new_connections_through() {
        let (address, forwarder) = echo(Duration::ZERO);
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"x").await.unwrap();
        stream.read_u8().await.unwrap();

        forwarder.cut();
        assert!(stream.read_u8().await.is_err());
        let mut refused = TcpStream::connect(address).await.unwrap();
        assert!(refused.read_u8().await.is_err());

        forwarder.reconnect();
        let mut again = TcpStream::connect(address).await.unwrap();
        again.write_all(b"y").await.unwrap();
        assert_eq!(again.read_u8().await.unwrap(), b'y');
    }

    #[tokio::test]
    async fn dropping_the_forwarder_closes_its_connections() {
        let (address, forwarder) = echo(Duration::ZERO);
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"x").await.unwrap();
        stream.read_u8().await.unwrap();
        drop(forwarder);
        assert!(stream.read_u8().await.is_err());
    }
}
