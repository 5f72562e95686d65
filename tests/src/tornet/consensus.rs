//! Asks the authority how far the vote has come. It exists because a network is ready only when
//! clients are given a consensus that names every relay. The file on the authority's disk says too
//! little: it is there some time before the directory port serves it. It does not check
//! signatures: clients do.

use std::collections::HashSet;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// For one question to the directory port.
const ANSWER_DEADLINE: Duration = Duration::from_secs(2);

/// Bytes of an answer that are read; seventeen relays need some 5 KiB.
const ANSWER_LIMIT: u64 = 256 * 1024;

/// How far the vote has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// No consensus is served yet.
    None,
    /// There is one and it lacks a relay.
    Incomplete,
    /// It names every relay.
    Complete,
}

/// Compares the consensus that the authority serves with the nicknames that it must name. An
/// authority that does not answer has no consensus yet.
pub(crate) async fn progress(directory: SocketAddr, names: &[&str]) -> Progress {
    match timeout(ANSWER_DEADLINE, fetch(directory)).await {
        Ok(Ok(answer)) => compare(&answer, names),
        Ok(Err(_)) | Err(_) => Progress::None,
    }
}

async fn fetch(directory: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect(directory).await?;
    stream
        .write_all(b"GET /tor/status-vote/current/consensus-microdesc HTTP/1.0\r\n\r\n")
        .await?;
    let mut answer = Vec::new();
    stream.take(ANSWER_LIMIT).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn compare(answer: &str, names: &[&str]) -> Progress {
    // The last line proves that the answer is whole.
    if !answer.starts_with("HTTP/1.0 200 ") || !answer.ends_with("-----END SIGNATURE-----\n") {
        return Progress::None;
    }
    let named: HashSet<&str> = answer
        .lines()
        .filter_map(|line| line.strip_prefix("r ")?.split(' ').next())
        .collect();
    if names.iter().all(|name| named.contains(name)) {
        Progress::Complete
    } else {
        Progress::Incomplete
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complete_means_a_whole_answer_that_names_every_relay() {
        let answer = "HTTP/1.0 200 OK\r\n\r\nnetwork-status-version 3 microdesc\n\
                      r authority AAA 1\ns Fast\nr relay1 BBB 2\n-----END SIGNATURE-----\n";
        assert_eq!(
            compare(answer, &["authority", "relay1"]),
            Progress::Complete
        );
        assert_eq!(compare(answer, &["relay1", "relay2"]), Progress::Incomplete);
        let cut_short = answer.split_at(answer.len() - 3).0;
        assert_eq!(compare(cut_short, &["relay1"]), Progress::None);
        assert_eq!(
            compare("HTTP/1.0 404 Not found\r\n\r\n", &["relay1"]),
            Progress::None
        );
    }

    #[tokio::test]
    async fn an_authority_that_is_not_there_has_no_consensus() {
        let held = crate::tornet::ports::HeldPort::draw().unwrap();
        let address = crate::tornet::ports::loopback(held.port());
        assert_eq!(progress(address, &["relay1"]).await, Progress::None);
    }
}
