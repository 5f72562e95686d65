//! What the shipped program asks of the system, by strace: connections to relays and Unix sockets,
//! nothing else. No name lookups, no netlink, no listening port.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use futures::future::join;
use tokio::time::{Duration, Instant, interval};

use super::bot::Home;
use super::lab::{LIMIT, Lab};
use super::party::befriend;
use super::traced::judge;

/// Whether strace may be used here; the reason is printed where not, and CI fails.
fn can_trace(lab: &Lab) -> bool {
    let tried = Command::new("strace")
        .args([
            "-D",
            "-f",
            "-o",
            "/dev/null",
            "-e",
            "trace=%network",
            "true",
        ])
        .stderr(Stdio::null())
        .status();
    let why = match tried {
        Ok(status) if status.success() => return true,
        Ok(_) => "strace is not permitted here",
        Err(_) => "strace is not installed; apt-get install strace",
    };
    assert!(std::env::var_os("CI").is_none(), "{why}");
    lab.say(format!("skipped: {why}"));
    false
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_opens_no_socket_but_to_relays() {
    let Some(lab) = Lab::shared("sockets").await else {
        return;
    };
    if !can_trace(&lab) {
        return;
    }
    let relays: BTreeSet<u16> = lab.network.ports().into_iter().collect();
    let homes = join(
        Home::create(&lab, "amal", "Amal"),
        Home::create(&lab, "noor", "Noor"),
    );
    let (amal, noor) = homes.await;
    let traces = ["amal.trace", "noor.trace"].map(|name| lab.path(name));
    let amal = amal.under(tracer(&traces[0]));
    let noor = noor.under(tracer(&traces[1]));
    let (amal, noor) = join(amal.run(), noor.run()).await;
    let (noor_there, amal_there) = befriend(&amal.party, &noor.party).await;
    for number in 0..5 {
        amal.party
            .send(&noor_there, &format!("there {number}"))
            .await;
        noor.party
            .send(&amal_there, &format!("back {number}"))
            .await;
    }
    amal.party.until_received(&noor_there).await;
    noor.party.until_received(&amal_there).await;
    let processes = [amal.pid, noor.pid];
    join(amal.stop(), noor.stop()).await;

    for (path, process) in traces.iter().zip(processes) {
        let judged = judge(&whole(path, process).await, &relays);
        lab.say(format!(
            "{} connections to {} of {} relays, {} calls on Unix sockets, {} others",
            judged.connections.values().sum::<usize>(),
            judged.connections.len(),
            relays.len(),
            judged.unix,
            judged.violations.len()
        ));
        assert_eq!(judged.violations, Vec::<String>::new());
        assert!(
            !judged.connections.is_empty() && judged.unix > 0,
            "the trace shows nothing"
        );
    }
    assert_caught(&lab, &relays).await;
}

fn tracer(to: &Path) -> [String; 7] {
    let to = to.display().to_string();
    ["strace", "-D", "-f", "-o", &to, "-e", "trace=%network"].map(str::to_owned)
}

/// The control: the same program with one connection elsewhere is caught, by the same tracer and judge, and for nothing
/// but that.
async fn assert_caught(lab: &Lab, relays: &BTreeSet<u16>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let trace = lab.path("leaking.trace");
    let home = Home::create(lab, "leaking", "Tariq").await;
    let leaking = home.under(tracer(&trace)).leaking_to(port).run().await;
    let process = leaking.pid;
    leaking.stop().await;
    let judged = judge(&whole(&trace, process).await, relays);
    let [leak] = judged.violations.as_slice() else {
        panic!("{:?}", judged.violations);
    };
    assert!(
        leak.contains("connect(") && leak.contains(&format!("sin_port=htons({port})")),
        "{leak}"
    );
    lab.say("control: one connection elsewhere was caught");
}

/// The trace once its process has ended: the tracer writes the end of it a moment later.
async fn whole(path: &Path, process: u32) -> String {
    let deadline = Instant::now() + LIMIT;
    let mut look = interval(Duration::from_millis(20));
    loop {
        look.tick().await;
        let text = std::fs::read_to_string(path).expect("a trace");
        let ended = |line: &str| {
            let rest = line.strip_prefix(&process.to_string()).map(str::trim_start);
            rest.is_some_and(|rest| rest.starts_with("+++ ") && line.ends_with("+++"))
        };
        if text.lines().any(ended) {
            return text;
        }
        assert!(Instant::now() < deadline, "strace does not end");
    }
}
