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

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only when it was reaped already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
