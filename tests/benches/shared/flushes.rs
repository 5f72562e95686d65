//! Counts the flushes of files below some directories, by the system calls of this process. The
//! store's own count cannot be reached from outside an engine, and this one trusts nobody.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{Instant, interval};

/// The system calls that make a file durable.
const CALLS: &str = "trace=fsync,fdatasync,sync_file_range,syncfs,sync,msync";
/// For the tracer to attach to all threads.
const ATTACH: Duration = Duration::from_secs(15);

/// `strace`, attached to this process.
pub(crate) struct Tracer {
    child: Child,
    place: TempDir,
    directories: Vec<PathBuf>,
}

impl Tracer {
    /// `None` where there is no `strace` or it may not attach.
    pub(crate) async fn attach(directories: &[PathBuf]) -> Option<Self> {
        let place = tempfile::tempdir().expect("a directory");
        let child = Command::new("strace")
            .args(["-f", "-qq", "-y", "-e", CALLS, "-o"])
            .arg(place.path().join("calls"))
            .args(["-p", &std::process::id().to_string()])
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .ok()?;
        let directories = directories.iter().map(|d| d.canonicalize().expect("there"));
        let tracer = Self {
            child,
            directories: directories.collect(),
            place,
        };
        let deadline = Instant::now() + ATTACH;
        let mut look = interval(Duration::from_millis(20));
        while !all_threads_are_traced() {
            look.tick().await;
            if Instant::now() > deadline {
                return None;
            }
        }
        Some(tracer)
    }

    /// Detaches; gives for each directory the calls that flush files below it, and the calls of
    /// `sync_file_range`, which only begins or awaits writing and promises nothing about the disk.
    pub(crate) async fn finish(mut self) -> Vec<[usize; 2]> {
        let pid = self.child.id().expect("runs").to_string();
        let interrupt = Command::new("kill").args(["-INT", &pid]).status().await;
        assert!(interrupt.expect("kill exists").success());
        self.child.wait().await.expect("our child");
        let calls = fs::read_to_string(self.place.path().join("calls")).expect("its output");
        let below = |directory: &Path| {
            let start = format!("<{}/", directory.display());
            let own = calls.lines().filter(|line| line.contains(&start));
            let (ranges, flushes): (Vec<&str>, Vec<&str>) =
                own.partition(|line| line.contains("sync_file_range"));
            [flushes.len(), ranges.len()]
        };
        self.directories.iter().map(|d| below(d)).collect()
    }
}

fn all_threads_are_traced() -> bool {
    let Ok(threads) = fs::read_dir("/proc/self/task") else {
        return false;
    };
    threads.flatten().all(|thread| {
        let status = fs::read_to_string(thread.path().join("status")).unwrap_or_default();
        !status.lines().any(|line| line == "TracerPid:\t0")
    })
}
