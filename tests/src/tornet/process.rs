//! One running `tor`. It exists so that no path out of a test leaves a process behind: dropping
//! the value kills and reaps it, and `tor` itself watches the process that owns it. It does not
//! know what the process is for.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use super::Memory;

/// Bytes of a log's end that a failure shows.
const LOG_TAIL: u64 = 2 * 1024;

/// A `tor` process, killed with `SIGKILL` and reaped when dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `tor` with `data/torrc`; what it prints goes to `data/log`.
    pub(crate) fn start(tor: &Path, data: &Path) -> io::Result<Self> {
        let log = data.join("log");
        let child = Command::new(tor)
            .arg("--defaults-torrc")
            .arg("/dev/null")
            .arg("-f")
            .arg(data.join("torrc"))
            .stdin(Stdio::null())
            .stdout(File::create(&log)?)
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self { child, log })
    }

    /// The process number.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `Some` once it has ended.
    pub(crate) fn exited(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Whether it has a consensus and what that refers to: its log says so.
    pub(crate) fn has_directory(&self) -> bool {
        let log = std::fs::read(&self.log).unwrap_or_default();
        has_directory(&String::from_utf8_lossy(&log))
    }

    /// The last lines it logged, for a failure's report.
    pub(crate) fn log_tail(&self) -> String {
        let read = || -> io::Result<Vec<u8>> {
            let mut file = File::open(&self.log)?;
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(LOG_TAIL)))?;
            let mut tail = Vec::new();
            file.take(LOG_TAIL).read_to_end(&mut tail)?;
            Ok(tail)
        };
        String::from_utf8_lossy(&read().unwrap_or_default()).into_owned()
    }

    /// Memory in use, from `/proc/PID/smaps_rollup`.
    pub(crate) fn memory(&self) -> io::Result<Memory> {
        let text = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.pid()))?;
        let field = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name))
                .and_then(|rest| rest.trim().strip_suffix(" kB"))
                .and_then(|kib| kib.parse::<u64>().ok())
                .map(|kib| kib * 1024)
                .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))
        };
        Ok(Memory {
            resident: field("Rss:")?,
            proportional: field("Pss:")?,
        })
    }
}

/// From 75 % on `tor` has enough of the directory to build circuits. Any stage may be left out.
fn has_directory(log: &str) -> bool {
    let stages = log.lines().filter_map(|line| {
        let (_, rest) = line.split_once("Bootstrapped ")?;
        rest.split_once('%')?.0.parse::<u8>().ok()
    });
    stages.max().is_some_and(|percent| percent >= 75)
}

/// Sends `SIGHUP`: `tor` reads its configuration again and fetches at once what it lacks.
pub(crate) async fn reload(pid: u32) -> io::Result<()> {
    let mut command = tokio::process::Command::new("sh");
    command.args(["-c", "kill -HUP \"$0\"", &pid.to_string()]);
    // That it has ended meanwhile is found elsewhere.
    command.stderr(Stdio::null()).status().await.map(|_| ())
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only when it was reaped already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_has_the_directory_from_the_stage_that_says_so_or_a_later_one() {
        let starting = "Nov 21 10:00:51.000 [notice] Bootstrapped 0% (starting): Starting\n";
        assert!(!has_directory(""));
        assert!(!has_directory(starting));
        assert!(!has_directory(
            "[notice] Bootstrapped 15% (handshake_done): Handshake done\n"
        ));
        assert!(has_directory(
            "[notice] Bootstrapped 75% (enough_dirinfo): Loaded\n"
        ));
        assert!(has_directory(&format!(
            "{starting}[notice] Bootstrapped 95% (circuit_create): …\n"
        )));
    }
}
