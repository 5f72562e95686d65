//! Starts, kills, restarts, delays and ends private networks. Needs Debian's `tor`; skipped with a
//! printed reason without it, except in CI.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::{Instant, interval, timeout};
use undertone_tests::tornet::{DEFAULT_RELAYS, LinkError, TorNet, TorNetError, TorNetOptions};

/// The nicknames in the consensus that the authority serves, asked over HTTP as a client would.
async fn consensus(network: &TorNet) -> Vec<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", network.directory_port()))
        .await
        .unwrap();
    stream
        .write_all(b"GET /tor/status-vote/current/consensus-microdesc HTTP/1.0\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    timeout(Duration::from_secs(30), stream.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.0 200"), "{answer:.60}");
    let mut names: Vec<String> = answer
        .lines()
        .filter_map(|line| Some(line.strip_prefix("r ")?.split(' ').next()?.to_owned()))
        .collect();
    names.sort();
    names
}

/// How long a relay's port takes to close a connection that speaks no TLS: one round trip.
async fn refusal_of_nonsense(port: u16) -> Duration {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(&[b'x'; 64]).await.unwrap();
    let mut answer = Vec::new();
    // An orderly close, an alert and a reset are all an answer.
    let _ = timeout(Duration::from_secs(60), stream.read_to_end(&mut answer))
        .await
        .unwrap();
    begun.elapsed()
}

/// A zombie has ended as well.
fn runs(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .ok()
        .and_then(|stat| stat.rsplit_once(") ").map(|(_, rest)| rest.to_owned()))
        .is_some_and(|rest| !rest.starts_with('Z'))
}

#[tokio::test]
async fn the_consensus_names_all_relays_and_outlives_a_kill() {
    if !TorNet::available_or_skip().unwrap() {
        return;
    }
    let network = TorNet::start(TorNetOptions::default()).await.unwrap();
    let all = [
        "authority",
        "relay1",
        "relay2",
        "relay3",
        "relay4",
        "relay5",
    ];
    assert_eq!(consensus(&network).await, all);
    let before = network.pids();
    assert_eq!(before.len(), DEFAULT_RELAYS + 1);
    let memory = network.memory().unwrap();
    assert!(memory.proportional > 0 && memory.resident >= memory.proportional);
    let text = std::fs::read_to_string(network.network_file()).unwrap();
    for port in network.ports() {
        assert!(text.contains(&format!("\"127.0.0.1:{port}\"")));
    }
    assert_eq!(network.cut_relay(0), Err(LinkError::NoForwarders));

    network.kill_relays();
    assert!(network.pids().is_empty());
    assert!(!before.iter().any(|pid| runs(*pid)));
    for port in network.ports() {
        assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
    }

    network.restart_relays().await.unwrap();
    assert_eq!(consensus(&network).await, all);
    let after = network.pids();
    assert!(after.iter().all(|pid| runs(*pid) && !before.contains(pid)));
    assert_eq!(
        std::fs::read_to_string(network.network_file()).unwrap(),
        text
    );

    let file = network.network_file();
    drop(network);
    assert!(!after.iter().any(|pid| runs(*pid)));
    assert!(!file.exists());
}

#[tokio::test]
async fn two_networks_side_by_side_and_the_delay_of_one() {
    if !TorNet::available_or_skip().unwrap() {
        return;
    }
    let delay = Duration::from_millis(100);
    let slow = TorNetOptions {
        delay: Some(delay),
        ..TorNetOptions::default()
    };
    let (slow, plain) = tokio::join!(TorNet::start(slow), TorNet::start(TorNetOptions::default()));
    let (slow, plain) = (slow.unwrap(), plain.unwrap());
    assert_eq!(consensus(&slow).await.len(), DEFAULT_RELAYS + 1);
    assert_eq!(consensus(&plain).await.len(), DEFAULT_RELAYS + 1);
    assert!(
        slow.ports()
            .iter()
            .all(|port| !plain.ports().contains(port))
    );
    assert_ne!(slow.ports(), slow.listening_ports());
    assert_eq!(plain.ports(), plain.listening_ports());

    for (advertised, listening) in slow.ports().into_iter().zip(slow.listening_ports()) {
        let through = refusal_of_nonsense(advertised).await;
        assert!(through >= 2 * delay, "{through:?}");
        // The control: the relay itself is not what takes the time.
        let direct = refusal_of_nonsense(listening).await;
        assert!(direct < through, "{direct:?} {through:?}");
    }

    slow.cut_relay(1).unwrap();
    assert!(refusal_of_nonsense(slow.ports()[1]).await < 2 * delay);
    assert!(refusal_of_nonsense(slow.ports()[2]).await >= 2 * delay);
    slow.reconnect_relay(1).unwrap();
    assert!(refusal_of_nonsense(slow.ports()[1]).await >= 2 * delay);
    assert_eq!(slow.cut_relay(9), Err(LinkError::NoSuchRelay(9)));
}

#[tokio::test]
async fn the_relays_end_when_their_owner_is_killed() {
    if !TorNet::available_or_skip().unwrap() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("net");
    let mut owner = Command::new(env!("CARGO_BIN_EXE_tornet"))
        .arg("--dir")
        .arg(&directory)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(owner.stdout.take().unwrap()).lines();
    let first = lines.next_line().await.unwrap().unwrap();
    assert_eq!(
        first,
        format!("--network {}", directory.join("network.json").display())
    );
    let second = lines.next_line().await.unwrap().unwrap();
    assert!(second.contains("public network"));
    let relays = children(owner.id().unwrap());
    assert_eq!(relays.len(), DEFAULT_RELAYS + 1);
    assert!(relays.iter().all(|pid| runs(*pid)));

    let taken = TorNetOptions {
        directory: Some(directory),
        ..TorNetOptions::default()
    };
    assert!(matches!(
        TorNet::start(taken).await,
        Err(TorNetError::DirectoryInUse)
    ));

    owner.kill().await.unwrap();
    // tor looks for its owner every 15 s.
    let all_ended = async {
        let mut look = interval(Duration::from_millis(200));
        while relays.iter().any(|pid| runs(*pid)) {
            look.tick().await;
        }
    };
    timeout(Duration::from_secs(40), all_ended).await.unwrap();
}

/// The children of a process, from `/proc`.
fn children(parent: u32) -> Vec<u32> {
    std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| {
            std::fs::read_to_string(format!("/proc/{pid}/stat"))
                .ok()
                .and_then(|stat| Some(stat.rsplit_once(") ")?.1.split(' ').nth(1)?.to_owned()))
                .is_some_and(|of| of == parent.to_string())
        })
        .collect()
}
