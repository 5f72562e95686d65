//! Writes the file that `--network` takes. It exists so that a program under test knows this
//! network and nothing of the public one. The format belongs to `undertone-tor`, which reads it.

use std::io;
use std::net::SocketAddr;
use std::path::Path;

use serde::Serialize;

use super::keys::{AuthorityKeys, RelayKeys};
use super::ports::loopback;
use super::torrc::Ports;

/// Arti learns how long circuits take; on loopback it learns some 70 ms and then gives up at the
/// first hiccup. This is the least that it may learn, in milliseconds.
const CIRCUIT_TIMEOUT: u32 = 5000;

#[derive(Serialize)]
struct NetworkFile<'a> {
    version: u32,
    authorities: [&'a str; 1],
    relays: Vec<Relay<'a>>,
    parameters: Parameters,
}

#[derive(Serialize)]
struct Relay<'a> {
    rsa: &'a str,
    ed25519: &'a str,
    addresses: [SocketAddr; 1],
}

#[derive(Serialize)]
struct Parameters {
    cbtmintimeout: u32,
}

/// Writes `file` whole or not at all.
pub(crate) fn write<'a>(
    file: &Path,
    authority: &AuthorityKeys,
    relays: impl Iterator<Item = (&'a RelayKeys, Ports)>,
) -> io::Result<()> {
    let partial = file.with_extension("part");
    std::fs::write(&partial, text(authority, relays)?)?;
    std::fs::rename(partial, file)
}

fn text<'a>(
    authority: &AuthorityKeys,
    relays: impl Iterator<Item = (&'a RelayKeys, Ports)>,
) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&NetworkFile {
        version: 1,
        authorities: [&authority.v3ident],
        relays: relays
            .map(|(keys, ports)| Relay {
                rsa: &keys.rsa,
                ed25519: &keys.ed25519,
                addresses: [loopback(ports.advertised)],
            })
            .collect(),
        parameters: Parameters {
            cbtmintimeout: CIRCUIT_TIMEOUT,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_exactly_this() {
        let authority = AuthorityKeys {
            v3ident: "AB".repeat(20),
        };
        let keys = RelayKeys {
            rsa: "CD".repeat(20),
            ed25519: "a+/b".to_owned(),
        };
        let ports = Ports {
            advertised: 11_000,
            listening: 12_000,
        };
        let text = text(&authority, [(&keys, ports)].into_iter()).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            format!(
                concat!(
                    r#"{{"version":1,"authorities":["{}"],"relays":[{{"rsa":"{}","#,
                    r#""ed25519":"a+/b","addresses":["127.0.0.1:11000"]}}],"#,
                    r#""parameters":{{"cbtmintimeout":5000}}}}"#
                ),
                "AB".repeat(20),
                "CD".repeat(20)
            )
        );
    }
}
