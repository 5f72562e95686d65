//! Reads what `strace -f -e trace=%network` wrote, and says which lines are neither Unix sockets
//! nor connections to a relay of the private network.

use std::collections::{BTreeMap, BTreeSet};

/// What a program did with sockets.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sockets {
    /// Connections to each allowed port.
    pub(crate) connections: BTreeMap<u16, usize>,
    /// Calls with the address of a Unix socket.
    pub(crate) unix: usize,
    /// Lines that should not be there.
    pub(crate) violations: Vec<String>,
}

/// Judges every line. `relays`: the ports on 127.0.0.1 that may be connected to.
pub(crate) fn judge(trace: &str, relays: &BTreeSet<u16>) -> Sockets {
    let mut sockets = Sockets::default();
    for line in trace.lines() {
        let Some((call, arguments)) = call(line) else {
            continue;
        };
        let allowed = match call {
            "socket" => {
                let stream = arguments.contains("SOCK_STREAM");
                arguments.starts_with("AF_UNIX") || (arguments.starts_with("AF_INET,") && stream)
            }
            // They cannot name an address that was not connected or bound before.
            "socketpair" => arguments.starts_with("AF_UNIX"),
            "getsockname" | "getpeername" | "accept" | "accept4" | "recvfrom" | "recvmsg"
            | "getsockopt" | "setsockopt" | "shutdown" | "listen" => true,
            _ => match family(arguments) {
                // Over a socket that was connected before.
                None => matches!(call, "sendto" | "sendmsg" | "sendmmsg"),
                Some("AF_UNIX") => {
                    sockets.unix += 1;
                    true
                }
                Some("AF_INET") if call == "connect" => match port(arguments) {
                    Some(port) if relays.contains(&port) => {
                        *sockets.connections.entry(port).or_default() += 1;
                        true
                    }
                    _ => false,
                },
                Some(_) => false,
            },
        };
        if !allowed {
            sockets.violations.push(line.to_owned());
        }
    }
    sockets
}

/// The name of the system call and what stands behind its bracket. `None` for the second half of
/// an interrupted call (its arguments stand in the first), for signals and for ends.
fn call(line: &str) -> Option<(&str, &str)> {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
    let (name, arguments) = rest.split_once('(')?;
    let named = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    named.then_some((name, arguments))
}

fn family(arguments: &str) -> Option<&str> {
    let (_, rest) = arguments.split_once("sa_family=")?;
    rest.split([',', '}']).next()
}

/// The port of an address on 127.0.0.1.
fn port(arguments: &str) -> Option<u16> {
    let (_, rest) = arguments.split_once("sin_port=htons(")?;
    let (port, rest) = rest.split_once(')')?;
    rest.starts_with(", sin_addr=inet_addr(\"127.0.0.1\")")
        .then(|| port.parse().ok())?
}

#[test]
fn every_kind_of_foreign_socket_is_noticed() {
    let relays = BTreeSet::from([5001, 5002]);
    let good = r#"
101 socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3
101 bind(3, {sa_family=AF_UNIX, sun_path="/proc/self/fd/5/control"}, 26) = 0
101 socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0, [4, 5]) = 0
102 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_IP) = 9
102 connect(9, {sa_family=AF_INET, sin_port=htons(5001), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 EINPROGRESS (Operation now in progress)
103 connect(9, {sa_family=AF_INET, sin_port=htons(5002), sin_addr=inet_addr("127.0.0.1")}, 16 <unfinished ...>
103 <... connect resumed>) = 0
102 sendto(9, "\26\3\1\2\0\1\0", 517, MSG_NOSIGNAL, NULL, 0) = 517
102 recvfrom(9, "connect(7, {sa_family=AF_INET6", 16384, 0, NULL, NULL) = 30
101 --- SIGTERM {si_signo=SIGTERM, si_code=SI_USER, si_pid=1, si_uid=0} ---
101 +++ exited with 0 +++
"#;
    let judged = judge(good, &relays);
    assert_eq!(judged.violations, Vec::<String>::new());
    assert_eq!(judged.connections, BTreeMap::from([(5001, 1), (5002, 1)]));
    assert_eq!(judged.unix, 1);
    for bad in [
        r#"1 connect(9, {sa_family=AF_INET, sin_port=htons(5003), sin_addr=inet_addr("127.0.0.1")}, 16) = 0"#,
        r#"1 connect(9, {sa_family=AF_INET, sin_port=htons(5001), sin_addr=inet_addr("198.51.100.1")}, 16) = 0"#,
        r#"1 connect(9, {sa_family=AF_INET6, sin6_port=htons(5001), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = 0"#,
        r#"1 sendto(9, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")}, 16) = 1"#,
        r#"1 sendmmsg(9, [{msg_hdr={msg_name={sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.1")}, msg_namelen=16}}], 1, 0) = 1"#,
        r#"1 bind(9, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("127.0.0.1")}, 16) = 0"#,
        r#"1 bind(9, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 0"#,
        "1 socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE) = 9",
        "1 socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC, IPPROTO_IP) = 9",
        "1 socket(AF_INET6, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 9",
        "1 socket(AF_PACKET, SOCK_RAW, htons(0x3)) = 9",
    ] {
        assert_eq!(judge(bad, &relays).violations, [bad]);
    }
}
