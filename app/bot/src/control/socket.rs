//! The socket in a profile's home: its place, who may use it, and what happens to one that a
//! killed process left behind. Only the owner of the home gets through: the directory and the
//! socket are closed to others, and the system is asked who is at the other end.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

/// The socket's name in the home.
pub const NAME: &str = "control";

/// Why the socket could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Something else has its name.
    #[error("\"{NAME}\" in the profile directory is not a socket: move it away")]
    Occupied,
    /// The system refused.
    #[error("the control socket cannot be made")]
    Io(#[from] io::Error),
}

/// Why a running profile was not reached.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nobody listens.
    #[error("the profile is not running: start it with \"undertone-bot run\"")]
    NotRunning,
    /// Somebody else listens there.
    #[error("the process behind the control socket belongs to another user of this computer")]
    Foreign,
    /// The system refused.
    #[error("the control socket cannot be used")]
    Io(#[from] io::Error),
}

/// A listening socket. Its file is removed when this is dropped.
#[derive(Debug)]
pub struct Listener {
    listener: UnixListener,
    path: PathBuf,
}

impl Listener {
    /// Listens in a home. The caller holds the lock of the store in it, so a socket that is there
    /// already was left behind by a killed process, and is replaced.
    ///
    /// # Errors
    /// See [`BindError`].
    pub fn bind(home: &Path) -> Result<Self, BindError> {
        let path = home.join(NAME);
        match fs::symlink_metadata(&path) {
            Ok(found) if found.file_type().is_socket() => fs::remove_file(&path)?,
            Ok(_) => return Err(BindError::Occupied),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        let directory = File::open(home)?;
        let listener = UnixListener::bind(short(&directory))?;
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        Ok(Self { listener, path })
    }

    /// The next connection of the same user; others are turned away without a word.
    ///
    /// # Errors
    /// As the system's.
    pub async fn accept(&self) -> io::Result<UnixStream> {
        loop {
            let (stream, _) = self.listener.accept().await?;
            if is_ours(&stream)? {
                return Ok(stream);
            }
            tracing::warn!("another user of this computer tried the control socket");
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // A socket that stays is replaced at the next start.
        let _ = fs::remove_file(&self.path);
    }
}

/// Connects to the process that runs the profile of a home.
///
/// # Errors
/// See [`ConnectError`].
pub async fn connect(home: &Path) -> Result<UnixStream, ConnectError> {
    let not_running = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => ConnectError::NotRunning,
        _ => error.into(),
    };
    let directory = File::open(home).map_err(not_running)?;
    let stream = UnixStream::connect(short(&directory))
        .await
        .map_err(not_running)?;
    if is_ours(&stream)? {
        Ok(stream)
    } else {
        Err(ConnectError::Foreign)
    }
}

/// Names the socket by the open directory: a socket's path can have 107 bytes only, a home's can
/// be longer.
fn short(directory: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}/{NAME}", directory.as_raw_fd()))
}

fn is_ours(stream: &UnixStream) -> io::Result<bool> {
    Ok(stream.peer_cred()?.uid() == rustix::process::geteuid().as_raw())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn reachable_while_it_listens_and_closed_to_others() {
        let place = tempfile::tempdir().unwrap();
        // Longer than a socket's path can be.
        let home = place.path().join("h".repeat(120));
        fs::create_dir(&home).unwrap();
        assert!(matches!(
            connect(&home).await,
            Err(ConnectError::NotRunning)
        ));

        let listener = Listener::bind(&home).unwrap();
        let mode = fs::metadata(home.join(NAME)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let (connected, accepted) = tokio::join!(connect(&home), listener.accept());
        connected.unwrap();
        accepted.unwrap();

        drop(listener);
        assert!(!home.join(NAME).exists());
        assert!(matches!(
            connect(&home).await,
            Err(ConnectError::NotRunning)
        ));
    }

    #[tokio::test]
    async fn a_socket_left_behind_is_replaced_and_anything_else_is_not() {
        let place = tempfile::tempdir().unwrap();
        drop(std::os::unix::net::UnixListener::bind(place.path().join(NAME)).unwrap());
        assert!(matches!(
            connect(place.path()).await,
            Err(ConnectError::NotRunning)
        ));
        let listener = Listener::bind(place.path()).unwrap();
        let (connected, accepted) = tokio::join!(connect(place.path()), listener.accept());
        connected.unwrap();
        accepted.unwrap();
        drop(listener);

        fs::write(place.path().join(NAME), "notes").unwrap();
        assert!(matches!(
            Listener::bind(place.path()),
            Err(BindError::Occupied)
        ));
        assert_eq!(fs::read(place.path().join(NAME)).unwrap(), b"notes");
    }
}
