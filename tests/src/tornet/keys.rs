//! Makes the keys of the relays and of the authority with Tor's own programs. It exists because
//! the identities must be known before the first process starts: they stand in every torrc.
//! It does not keep keys between networks.

use std::path::Path;
use std::process::{Output, Stdio};

use data_encoding::{BASE64_NOPAD, HEXUPPER};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use super::{KEY_DEADLINE, Programs, TorNetError, torrc};

/// The public identities of a relay.
#[derive(Clone, Debug)]
pub(crate) struct RelayKeys {
    /// 40 upper-case hex digits.
    pub(crate) rsa: String,
    /// Base64 without padding.
    pub(crate) ed25519: String,
}

/// The public identity of an authority.
#[derive(Clone, Debug)]
pub(crate) struct AuthorityKeys {
    /// 40 upper-case hex digits.
    pub(crate) v3ident: String,
}

/// Creates the keys of a relay in `data/keys` and reads its identities back.
///
/// # Errors
/// [`TorNetError::Keys`] when the program fails or answers something else than fingerprints,
/// [`TorNetError::KeyDeadline`], [`TorNetError::Io`].
pub(crate) async fn relay(
    programs: &Programs,
    name: &str,
    data: &Path,
) -> Result<RelayKeys, TorNetError> {
    let config = data.join("torrc.keys");
    let quoted = torrc::quoted(data).ok_or(TorNetError::DirectoryName)?;
    std::fs::write(&config, torrc::key_generation(name, &quoted))?;
    let mut command = Command::new(&programs.tor);
    command
        .arg("--defaults-torrc")
        .arg("/dev/null")
        .arg("-f")
        .arg(&config)
        .args(["--quiet", "--list-fingerprint"]);
    let output = run(command, None).await?;
    let rsa = fingerprint(&output.stdout, name).ok_or(TorNetError::Keys)?;
    let public = std::fs::read(data.join("keys/ed25519_master_id_public_key"))?;
    // A 32-byte header in text, then the key.
    let key = public.get(32..64).ok_or(TorNetError::Keys)?;
    Ok(RelayKeys {
        rsa,
        ed25519: BASE64_NOPAD.encode(key),
    })
}

/// Creates the signing keys of an authority in `data/keys`.
///
/// # Errors
/// As [`relay`].
pub(crate) async fn authority(
    programs: &Programs,
    data: &Path,
    dirport: u16,
) -> Result<AuthorityKeys, TorNetError> {
    let keys = data.join("keys");
    let certificate = keys.join("authority_certificate");
    let mut command = Command::new(&programs.tor_gencert);
    command
        .args(["--create-identity-key", "-m", "12", "--passphrase-fd", "0"])
        .arg("-a")
        .arg(format!("127.0.0.1:{dirport}"))
        .arg("-i")
        .arg(keys.join("authority_identity_key"))
        .arg("-s")
        .arg(keys.join("authority_signing_key"))
        .arg("-c")
        .arg(&certificate);
    // The identity key is encrypted under this passphrase; the network never needs it again.
    run(command, Some(b"loopback\n")).await?;
    let text = std::fs::read_to_string(&certificate)?;
    let v3ident = text
        .lines()
        .find_map(|line| line.strip_prefix("fingerprint "))
        .and_then(hex40)
        .ok_or(TorNetError::Keys)?;
    Ok(AuthorityKeys { v3ident })
}

async fn run(mut command: Command, input: Option<&[u8]>) -> Result<Output, TorNetError> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let finished = async {
        let mut child = command.spawn()?;
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
            stdin.write_all(input).await?;
        }
        child.wait_with_output().await
    };
    let output = timeout(KEY_DEADLINE, finished)
        .await
        .map_err(|_| TorNetError::KeyDeadline)??;
    if !output.status.success() {
        tracing::error!(
            stderr = %String::from_utf8_lossy(&output.stderr),
            "a key generation program failed"
        );
        return Err(TorNetError::Keys);
    }
    Ok(output)
}

/// `NAME 0123 4567 …`, ten groups, on the last line that begins with the name.
fn fingerprint(stdout: &[u8], name: &str) -> Option<String> {
    let text = std::str::from_utf8(stdout).ok()?;
    text.lines()
        .rev()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
        .and_then(|groups| hex40(&groups.replace(' ', "")))
}

fn hex40(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_uppercase();
    (text.len() == 40 && HEXUPPER.decode(text.as_bytes()).is_ok()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_forty_hex_digits_after_the_name_are_a_fingerprint() {
        let groups = ["ABCD"; 10].join(" ");
        let good = format!("warning\nrelay0 {groups}\n");
        assert_eq!(
            fingerprint(good.as_bytes(), "relay0"),
            Some("ABCD".repeat(10))
        );
        assert_eq!(fingerprint(good.as_bytes(), "relay"), None);
        assert_eq!(fingerprint(b"relay0 ABCD", "relay0"), None);
        assert_eq!(hex40(&"XY".repeat(20)), None);
    }
}
