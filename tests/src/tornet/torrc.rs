//! The configuration text of the relays and of the authority. Every line that is not obvious says
//! what goes wrong without it. Nothing is read or written here.

use std::fmt::Write as _;
use std::path::Path;

use super::keys::{AuthorityKeys, RelayKeys};

/// The ports of one process, all on 127.0.0.1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    /// Where the others are told to connect.
    pub(crate) advertised: u16,
    /// Where the process listens; differs from `advertised` behind a forwarder.
    pub(crate) listening: u16,
}

/// What the relays need to know of the authority.
#[derive(Clone, Debug)]
pub(crate) struct Authority<'a> {
    pub(crate) name: &'a str,
    pub(crate) orport: u16,
    pub(crate) dirport: u16,
    pub(crate) keys: &'a AuthorityKeys,
    pub(crate) relay_keys: &'a RelayKeys,
}

/// A path as a quoted torrc value, which may hold spaces and `#`. `None` when it is not UTF-8 or
/// holds a control character.
pub(crate) fn quoted(path: &Path) -> Option<String> {
    let text = path.to_str()?;
    if text.chars().any(char::is_control) {
        return None;
    }
    Some(format!(
        "\"{}\"",
        text.replace('\\', "\\\\").replace('"', "\\\"")
    ))
}

/// The least that makes `tor --list-fingerprint` create the keys of a relay. Port numbers and
/// authority are place holders: nothing is opened or dialled by that command.
pub(crate) fn key_generation(name: &str, data: &str) -> String {
    format!(
        "TestingTorNetwork 1\n\
         DataDirectory {data}\n\
         Nickname {name}\n\
         ORPort 1\n\
         DirAuthority none orport=1 no-v2 v3ident={0:040X} 127.0.0.1:1 {0:040X}\n",
        1
    )
}

/// The configuration of one relay, and of the authority with `authority_lines` appended.
///
/// `owner` is the process whose end ends this one: `tor` looks every 15 s.
pub(crate) fn relay(
    name: &str,
    data: &str,
    ports: Ports,
    authority: &Authority<'_>,
    owner: u32,
) -> String {
    let mut text = format!(
        "TestingTorNetwork 1\n\
         DataDirectory {data}\n\
         Log notice stdout\n\
         Nickname {name}\n\
         ContactInfo none\n\
         SocksPort 0\n\
         ControlPort 0\n\
         __OwningControllerProcess {owner}\n\
         AvoidDiskWrites 1\n\
         ShutdownWaitLength 0\n\
         NumCPUs 1\n\
         Address 127.0.0.1\n\
         AssumeReachable 1\n\
         ExitRelay 0\n\
         PublishServerDescriptor 1\n\
         ServerDNSDetectHijacking 0\n\
         ServerDNSTestAddresses\n\
         RelayBandwidthRate 100 MBytes\n\
         RelayBandwidthBurst 200 MBytes\n"
    );
    // The default scheduler ticks every 10 ms, which alone makes each round trip 16 ms.
    text.push_str("Schedulers Vanilla\n");
    let Ports {
        advertised,
        listening,
    } = ports;
    let _ = if advertised == listening {
        writeln!(text, "ORPort 127.0.0.1:{listening}")
    } else {
        writeln!(
            text,
            "ORPort 127.0.0.1:{advertised} NoListen\nORPort 127.0.0.1:{listening} NoAdvertise"
        )
    };
    let _ = writeln!(
        text,
        "DirAuthority {} orport={} no-v2 v3ident={} 127.0.0.1:{} {}",
        authority.name,
        authority.orport,
        authority.keys.v3ident,
        authority.dirport,
        authority.relay_keys.rsa
    );
    text
}

/// What makes a relay the network's only directory authority.
///
/// The first consensus comes at a pace of `first_interval` seconds, which must divide 30 min and is at
/// least 5 (2 s for votes, 2 s for signatures: the least that `tor` takes); later ones come every 5 min, so
/// that the network stands still while a test runs.
pub(crate) fn authority_lines(dirport: u16, first_interval: u32) -> String {
    format!(
        "DirPort 127.0.0.1:{dirport}\n\
         AuthoritativeDirectory 1\n\
         V3AuthoritativeDirectory 1\n\
         TestingV3AuthInitialVotingInterval {first_interval}\n\
         TestingV3AuthInitialVoteDelay 2\n\
         TestingV3AuthInitialDistDelay 2\n\
         V3AuthVotingInterval 300\n\
         V3AuthVoteDelay 2\n\
         V3AuthDistDelay 2\n\
         V3AuthNIntervalsValid 3\n\
         TestingAuthDirTimeToLearnReachability 0\n\
         TestingDirAuthVoteGuard *\n\
         TestingDirAuthVoteHSDir *\n\
         TestingDirAuthVoteExit *\n\
         MinUptimeHidServDirectoryV2 0\n\
         AuthDirFastGuarantee 1 B\n\
         AuthDirGuardBWGuarantee 1 KB\n\
         TestingMinFastFlagThreshold 0\n\
         AuthDirMaxServersPerAddr 0\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_spaces_and_quotes_is_one_value() {
        assert_eq!(
            quoted(Path::new("/a b/#\"c\\")).unwrap(),
            r##""/a b/#\"c\\""##
        );
        assert_eq!(quoted(Path::new("/a\nb")), None);
    }

    #[test]
    fn behind_a_forwarder_the_relay_listens_elsewhere() {
        let keys = AuthorityKeys {
            v3ident: "A".repeat(40),
        };
        let relay_keys = RelayKeys {
            rsa: "B".repeat(40),
            ed25519: String::new(),
        };
        let authority = Authority {
            name: "authority",
            orport: 11,
            dirport: 12,
            keys: &keys,
            relay_keys: &relay_keys,
        };
        let both = |advertised, listening| {
            relay(
                "relay0",
                "\"d\"",
                Ports {
                    advertised,
                    listening,
                },
                &authority,
                7,
            )
        };
        let plain = both(20, 20);
        assert!(plain.contains("\nORPort 127.0.0.1:20\n"));
        assert!(plain.contains("\n__OwningControllerProcess 7\n"));
        let forwarded = both(20, 21);
        assert!(
            forwarded.contains("\nORPort 127.0.0.1:20 NoListen\nORPort 127.0.0.1:21 NoAdvertise\n")
        );
        assert!(forwarded.contains(&format!(
            "\nDirAuthority authority orport=11 no-v2 v3ident={} 127.0.0.1:12 {}\n",
            "A".repeat(40),
            "B".repeat(40)
        )));
    }
}
