//! The description of a private Tor network, for tests and demonstrations on one machine.
//!
//! It exists so that no test ever dials the public network: the relays and authorities listed here
//! *replace* those compiled into Arti. It does not describe bridges.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::net::SocketAddr;
use std::path::Path;

use data_encoding::{BASE64_NOPAD, HEXLOWER_PERMISSIVE};
use serde::Deserialize;

/// Longest network file in bytes.
pub const MAX_FILE: usize = 256 * 1024;
/// Most authorities in a network file.
pub const MAX_AUTHORITIES: usize = 16;
/// Most relays in a network file.
pub const MAX_RELAYS: usize = 256;
/// Most addresses of one relay.
pub const MAX_ADDRESSES: usize = 8;
/// Most parameters.
pub const MAX_PARAMETERS: usize = 64;
/// Longest name of a parameter in bytes.
pub const MAX_PARAMETER_NAME: usize = 64;

/// A private Tor network: the authorities whose consensus counts, the relays from which it is
/// fetched first, and network parameters that override the consensus.
///
/// As JSON, version 1:
///
/// ```json
/// {"version": 1,
///  "authorities": ["<v3 identity, 40 hex digits>"],
///  "relays": [{"rsa": "<40 hex digits>",
///              "ed25519": "<32 bytes, base64 without padding>",
///              "addresses": ["127.0.0.1:5001"]}],
///  "parameters": {"cbtmintimeout": 5000}}
/// ```
///
/// `parameters` may be missing. Unknown fields are skipped, other versions are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkFile {
    /// v3 identities (RSA fingerprints) of the directory authorities, 1 to [`MAX_AUTHORITIES`].
    pub authorities: Vec<[u8; 20]>,
    /// Relays to fetch the first directory from, 1 to [`MAX_RELAYS`].
    pub relays: Vec<NetworkRelay>,
    /// Consensus parameters to override, by their names in Tor's `param-spec`.
    pub parameters: BTreeMap<String, i32>,
}

/// One relay of a [`NetworkFile`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkRelay {
    /// RSA identity fingerprint.
    pub rsa: [u8; 20],
    /// Ed25519 identity key.
    pub ed25519: [u8; 32],
    /// Where its ORPort listens, 1 to [`MAX_ADDRESSES`].
    pub addresses: Vec<SocketAddr>,
}

/// Why a network file was refused. Relays, addresses and authorities are counted from 0.
#[derive(Debug, thiserror::Error)]
pub enum NetworkFileError {
    /// The file cannot be read.
    #[error("the network file cannot be read")]
    Read(#[from] std::io::Error),
    /// More than [`MAX_FILE`] bytes.
    #[error("the network file is longer than {MAX_FILE} bytes")]
    TooLong,
    /// Not the JSON expected here; the position is in the source.
    #[error("the network file is not valid")]
    Json(#[from] serde_json::Error),
    /// A version this program does not know.
    #[error("network file version {0} is not supported, only version 1")]
    Version(u64),
    /// No entry, or more than the limit.
    #[error("\"{list}\" has {found} entries, 1 to {most} are allowed")]
    Count {
        /// The list's name.
        list: &'static str,
        /// How many entries it has.
        found: usize,
        /// How many it may have.
        most: usize,
    },
    /// An authority that is not 40 hex digits.
    #[error("authority {0} is not 40 hex digits")]
    Authority(usize),
    /// A relay's RSA fingerprint that is not 40 hex digits.
    #[error("relay {0}: \"rsa\" is not 40 hex digits")]
    Rsa(usize),
    /// A relay's Ed25519 identity that is not 32 bytes in base64 without padding.
    #[error("relay {0}: \"ed25519\" is not 32 bytes in base64 without padding")]
    Ed25519(usize),
    /// A relay without an address, or with too many.
    #[error("relay {relay}: {found} addresses, 1 to {MAX_ADDRESSES} are allowed")]
    Addresses {
        /// The relay.
        relay: usize,
        /// How many addresses it has.
        found: usize,
    },
    /// An address that is not an IP address and a port.
    #[error("relay {relay}: address {address} is not an IP address and a port other than 0")]
    Address {
        /// The relay.
        relay: usize,
        /// The address.
        address: usize,
    },
    /// A parameter whose name is not made of letters, digits and underscores.
    #[error("parameter {0}: its name is empty, too long or has other characters than a-z 0-9 _")]
    Parameter(usize),
}

#[derive(Deserialize)]
struct Version {
    version: u64,
}

#[derive(Deserialize)]
struct RawFile {
    authorities: Vec<String>,
    relays: Vec<RawRelay>,
    #[serde(default)]
    parameters: BTreeMap<String, i32>,
}

#[derive(Deserialize)]
struct RawRelay {
    rsa: String,
    ed25519: String,
    addresses: Vec<String>,
}

impl NetworkFile {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// As [`NetworkFile::parse`], and when the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, NetworkFileError> {
        let mut bytes = Vec::new();
        let limit = u64::try_from(MAX_FILE)
            .unwrap_or(u64::MAX)
            .saturating_add(1);
        std::fs::File::open(path)?
            .take(limit)
            .read_to_end(&mut bytes)?;
        Self::parse(&bytes)
    }

    /// Parses and checks the bytes of a network file.
    ///
    /// # Errors
    /// Says which entry is wrong, and how.
    pub fn parse(bytes: &[u8]) -> Result<Self, NetworkFileError> {
        if bytes.len() > MAX_FILE {
            return Err(NetworkFileError::TooLong);
        }
        let Version { version } = serde_json::from_slice(bytes)?;
        if version != 1 {
            return Err(NetworkFileError::Version(version));
        }
        let raw: RawFile = serde_json::from_slice(bytes)?;
        check_count("authorities", raw.authorities.len(), 1, MAX_AUTHORITIES)?;
        check_count("relays", raw.relays.len(), 1, MAX_RELAYS)?;
        check_count("parameters", raw.parameters.len(), 0, MAX_PARAMETERS)?;
        let authorities = raw
            .authorities
            .iter()
            .enumerate()
            .map(|(index, text)| hex20(text).ok_or(NetworkFileError::Authority(index)))
            .collect::<Result<_, _>>()?;
        let relays = raw
            .relays
            .iter()
            .enumerate()
            .map(|(index, relay)| check_relay(index, relay))
            .collect::<Result<_, _>>()?;
        for (index, name) in raw.parameters.keys().enumerate() {
            let ok = |c: u8| c.is_ascii_alphanumeric() || c == b'_';
            if name.is_empty() || name.len() > MAX_PARAMETER_NAME || !name.bytes().all(ok) {
                return Err(NetworkFileError::Parameter(index));
            }
        }
        Ok(Self {
            authorities,
            relays,
            parameters: raw.parameters,
        })
    }
}

fn check_count(
    list: &'static str,
    found: usize,
    least: usize,
    most: usize,
) -> Result<(), NetworkFileError> {
    if (least..=most).contains(&found) {
        return Ok(());
    }
    Err(NetworkFileError::Count { list, found, most })
}

fn check_relay(index: usize, raw: &RawRelay) -> Result<NetworkRelay, NetworkFileError> {
    let rsa = hex20(&raw.rsa).ok_or(NetworkFileError::Rsa(index))?;
    let ed25519 = BASE64_NOPAD
        .decode(raw.ed25519.as_bytes())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(NetworkFileError::Ed25519(index))?;
    let found = raw.addresses.len();
    if !(1..=MAX_ADDRESSES).contains(&found) {
        return Err(NetworkFileError::Addresses {
            relay: index,
            found,
        });
    }
    let parse = |(position, text): (usize, &String)| {
        text.parse::<SocketAddr>()
            .ok()
            .filter(|address| address.port() != 0)
            .ok_or(NetworkFileError::Address {
                relay: index,
                address: position,
            })
    };
    let addresses = raw
        .addresses
        .iter()
        .enumerate()
        .map(parse)
        .collect::<Result<_, _>>()?;
    Ok(NetworkRelay {
        rsa,
        ed25519,
        addresses,
    })
}

fn hex20(text: &str) -> Option<[u8; 20]> {
    HEXLOWER_PERMISSIVE
        .decode(text.as_bytes())
        .ok()?
        .try_into()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) const GOOD: &str = r#"{"version":1,"later":true,
        "authorities":["73509F3EAA0A4345DCC5A584334339BEF4E3EF5A"],
        "relays":[{"rsa":"b0adb25bb341c553e5f3ca91eeb66f31436ee85e",
                   "ed25519":"WTlQOh2XN/D25B6KaivX0AC8Hct1sj1spOyhulFwq7Y",
                   "addresses":["127.0.0.1:41000"]}],
        "parameters":{"cbtmintimeout":5000}}"#;

    #[test]
    fn a_good_file_is_read() {
        let file = NetworkFile::parse(GOOD.as_bytes()).expect("valid");
        assert_eq!(file.authorities[0][..2], [0x73, 0x50]);
        assert_eq!(file.relays[0].addresses[0].port(), 41000);
        assert_eq!(file.parameters["cbtmintimeout"], 5000);
        assert!(matches!(
            NetworkFile::read(Path::new("/nonexistent/network.json")),
            Err(NetworkFileError::Read(_))
        ));
    }

    #[test]
    fn hostile_files_are_refused_and_the_error_says_where() {
        let refused = |from: &str, to: &str| {
            let text = GOOD.replacen(from, to, 1);
            assert_ne!(text, GOOD, "the replacement must apply");
            NetworkFile::parse(text.as_bytes())
                .expect_err("must be refused")
                .to_string()
        };
        for (from, to, expected) in [
            ("\"version\":1", "\"version\":2", "version 2"),
            ("73509F", "73509", "authority 0"),
            ("b0adb2", "x0adb2", "relay 0: \"rsa\""),
            ("WTlQ", "WTl", "relay 0: \"ed25519\""),
            ("WTlQ", "WTlQWTlQ", "relay 0: \"ed25519\""),
            ("127.0.0.1:41000", "localhost:41000", "relay 0: address 0"),
            ("127.0.0.1:41000", "127.0.0.1:0", "relay 0: address 0"),
            ("[\"127.0.0.1:41000\"]", "[]", "relay 0: 0 addresses"),
            ("cbtmintimeout", "cbt min", "parameter 0"),
            ("5000", "99999999999", "not valid"),
            ("\"relays\"", "\"relay\"", "not valid"),
            ("[\"7350", "[],\"x\":[\"7350", "\"authorities\" has 0"),
        ] {
            let message = refused(from, to);
            assert!(message.contains(expected), "{to}: {message}");
        }
        let long = format!("{GOOD}{}", " ".repeat(MAX_FILE));
        assert!(matches!(
            NetworkFile::parse(long.as_bytes()),
            Err(NetworkFileError::TooLong)
        ));
        let many = GOOD.replacen(
            "[\"127.0.0.1:41000\"]",
            &format!("[{}]", ["\"127.0.0.1:1\""; MAX_ADDRESSES + 1].join(",")),
            1,
        );
        assert!(NetworkFile::parse(many.as_bytes()).is_err());
        let deep = "[".repeat(100_000);
        assert!(NetworkFile::parse(deep.as_bytes()).is_err());
    }
}
