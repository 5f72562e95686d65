//! Arti's configuration, built from ours.
//!
//! Arti's list accessors start from the lists compiled in, and pushing to them appends: a private
//! network would dial public relays. Here every list is set, never appended to, and a test looks
//! for addresses of the public network in the result.

use std::path::Path;
use std::time::Duration;

use arti_client::config::dir::{FallbackDir, FallbackDirBuilder};
use arti_client::config::{CfgPath, TorClientConfig, TorClientConfigBuilder};
use tor_config::{ConfigBuildError, ExplicitOrAuto};
use tor_guardmgr::VanguardMode;
use tor_keymgr::config::ArtiKeystoreKind;
use tor_llcrypto::pk::ed25519::Ed25519Identity;
use tor_llcrypto::pk::rsa::RsaIdentity;

use crate::network_file::{NetworkFile, NetworkRelay};
use crate::options::{Network, TorOptions, Vanguards};

/// How long a directory relay is not asked again for the same door after it answered. Arti's
/// own 15 minutes would make a contact that restarted twice unreachable for as long: the second
/// time the stale descriptor is used until the time is over.
const REQUERY: Duration = Duration::from_secs(30);

/// The configuration of one client with its own `state_dir`.
pub(crate) fn build(
    options: &TorOptions,
    state_dir: &Path,
    cache_dir: &Path,
) -> Result<TorClientConfig, ConfigBuildError> {
    let mut builder = TorClientConfig::builder();
    let path = |path: &Path| CfgPath::new_literal(path);
    builder
        .storage()
        .state_dir(path(state_dir))
        .cache_dir(path(cache_dir));
    builder
        .storage()
        .keystore()
        .primary()
        .kind(ExplicitOrAuto::Explicit(ArtiKeystoreKind::Ephemeral));
    builder.address_filter().allow_onion_addrs(true);
    builder.circuit_timing().hs_dir_requery_interval(REQUERY);
    // We dial onion services only: circuits to exits would be built for nobody.
    let preemptive = builder.preemptive_circuits();
    preemptive.set_initial_predicted_ports(Vec::new());
    preemptive
        .min_exit_circs_for_port(0)
        .disable_at_threshold(0);
    builder
        .vanguards()
        .mode(ExplicitOrAuto::Explicit(match options.vanguards {
            Vanguards::Lite => VanguardMode::Lite,
            Vanguards::Full => VanguardMode::Full,
        }));
    builder
        .system()
        .memory()
        .max(ExplicitOrAuto::Explicit(options.memory_limit));
    if let Network::Private(file) = &options.network {
        use_private(&mut builder, file);
    }
    builder.build()
}

fn use_private(builder: &mut TorClientConfigBuilder, file: &NetworkFile) {
    let idents = file
        .authorities
        .iter()
        .map(|bytes| RsaIdentity::from(*bytes))
        .collect();
    let authorities = builder.tor_network().authorities();
    authorities.set_v3idents(idents);
    authorities.set_uploads(Vec::new());
    authorities.set_downloads(Vec::new());
    authorities.set_votes(Vec::new());
    let relays = file.relays.iter().map(fallback).collect();
    builder.tor_network().set_fallback_caches(relays);
    // All relays of a private network share an address range.
    builder
        .path_rules()
        .ipv4_subnet_family_prefix(33)
        .ipv6_subnet_family_prefix(129);
    let parameters = builder.override_net_params();
    for (name, value) in &file.parameters {
        parameters.insert(name.clone(), *value);
    }
}

fn fallback(relay: &NetworkRelay) -> FallbackDirBuilder {
    let mut builder = FallbackDir::builder();
    builder
        .rsa_identity(RsaIdentity::from(relay.rsa))
        .ed_identity(Ed25519Identity::from(relay.ed25519))
        .set_orports(relay.addresses.clone());
    builder
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::net::SocketAddr;
    use std::path::PathBuf;

    fn options(network: Network) -> TorOptions {
        TorOptions::new(network, PathBuf::from("/unused"))
    }

    fn private() -> NetworkFile {
        NetworkFile {
            authorities: vec![[0xab; 20]],
            relays: vec![NetworkRelay {
                rsa: [1; 20],
                ed25519: [2; 32],
                addresses: vec![SocketAddr::from(([127, 0, 0, 1], 4100))],
            }],
            parameters: [("cbtmintimeout".to_owned(), 5000)].into(),
        }
    }

    fn debug(network: Network) -> String {
        let config = build(&options(network), Path::new("/s"), Path::new("/c")).expect("valid");
        format!("{config:?}")
    }

    /// Everything in `text` that reads as a socket address.
    fn socket_addresses(text: &str) -> BTreeSet<SocketAddr> {
        text.split([' ', ',', '(', '{', '}', ')', '"', '\n'])
            .filter_map(|word| {
                let word = word.trim_start_matches(|c| c == '[' && !word.contains("]:"));
                let word = word.strip_suffix(']').unwrap_or(word);
                word.parse()
                    .ok()
                    .or_else(|| word.strip_prefix('[')?.parse().ok())
            })
            .collect()
    }

    #[test]
    fn a_private_network_replaces_everything_built_in() {
        let public = socket_addresses(&debug(Network::Public));
        assert!(public.len() > 100, "positive control: {}", public.len());
        let text = debug(Network::Private(private()));
        let found = socket_addresses(&text);
        assert_eq!(
            found,
            BTreeSet::from([SocketAddr::from(([127, 0, 0, 1], 4100))])
        );
    }

    #[test]
    fn authorities_are_replaced_too() {
        let config = |network| build(&options(network), Path::new("/s"), Path::new("/c"));
        let directory = |network| {
            config(network)
                .expect("valid")
                .dir_mgr_config()
                .expect("valid")
        };
        let public = directory(Network::Public);
        assert!(
            public.authorities().v3idents().len() >= 3,
            "positive control"
        );
        let private = directory(Network::Private(private()));
        assert_eq!(
            private.authorities().v3idents().as_slice(),
            [RsaIdentity::from([0xab; 20])]
        );
        assert!(private.authorities().downloads().is_empty());
        assert!(private.authorities().uploads().is_empty());
        assert!(private.authorities().votes().is_empty());
    }
}
