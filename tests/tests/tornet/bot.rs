//! The shipped program, `undertone-bot`, as a process: homes, starts, stops, kills, its log and
//! what `/proc` says about it.

use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, SystemTime};

use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout};

use super::lab::{LIMIT, Lab};
use super::party::Party;

/// The program that cargo built beside this test. It is another package's, so cargo does not build
/// it for this test alone.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let program = Path::new(env!("CARGO_BIN_EXE_tornet")).with_file_name("undertone-bot");
        let built = std::fs::metadata(&program).and_then(|metadata| metadata.modified());
        let Ok(built) = built else {
            panic!("undertone-bot is not built; cargo build -p undertone-bot");
        };
        if newest_source() > built {
            let stale = "undertone-bot is older than its sources; cargo build -p undertone-bot";
            assert!(std::env::var_os("CI").is_none(), "{stale}");
            super::lab::say("WARNING", stale);
        }
        program
    })
}

/// When a source file of the program was changed last.
fn newest_source() -> SystemTime {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut newest = SystemTime::UNIX_EPOCH;
    let mut open = vec![root.join("app/bot/src"), root.join("storage/src")];
    for part in ["wire", "protocol", "transport", "tor", "engine"] {
        open.push(root.join("core").join(part).join("src"));
    }
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).expect("sources").flatten() {
            let metadata = entry.metadata().expect("a source");
            if metadata.is_dir() {
                open.push(entry.path());
            } else {
                newest = newest.max(metadata.modified().expect("a time"));
            }
        }
    }
    newest
}

/// A profile's files, and how to run it.
#[derive(Clone)]
pub(crate) struct Home {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) logs: PathBuf,
    pub(crate) passphrase: String,
    pub(crate) passphrase_file: PathBuf,
    network: PathBuf,
    options: Vec<String>,
    /// What runs the program, such as a tracer with its options.
    under: Vec<String>,
    /// Where a program that leaks connects to, which then runs in the program's place.
    leak: Option<u16>,
}

impl Home {
    /// Makes a profile.
    pub(crate) async fn create(lab: &Lab, name: &str, nickname: &str) -> Self {
        let passphrase = format!("{:032x}", rand::random::<u128>());
        let passphrase_file = lab.path(&format!("{name}.passphrase"));
        std::fs::write(&passphrase_file, &passphrase).expect("written");
        close_to_others(&passphrase_file);
        let home = Self {
            name: name.to_owned(),
            path: lab.path(name),
            logs: lab.path(&format!("{name}.logs")),
            passphrase,
            passphrase_file,
            network: lab.network.network_file(),
            options: Vec::new(),
            under: Vec::new(),
            leak: None,
        };
        let mut command = home.command("create");
        command
            .args(["--nickname", nickname])
            .arg("--passphrase-file");
        command.arg(&home.passphrase_file);
        let made = output(&mut command).await;
        assert!(made.status.success(), "{name}: {}", said(&made));
        home
    }

    /// Exports the profile, which must not run, to a new file. Its passphrase is that of the profile.
    pub(crate) async fn export(&self, file: &Path) {
        let mut command = self.command("export");
        command.arg(file);
        command.arg("--passphrase-file").arg(&self.passphrase_file);
        command
            .arg("--export-passphrase-file")
            .arg(&self.passphrase_file);
        let made = output(&mut command).await;
        assert!(made.status.success(), "{}: {}", self.name, said(&made));
    }

    /// Makes a copy of another profile out of its export, in a home of its own.
    pub(crate) async fn import(lab: &Lab, name: &str, file: &Path, of: &Self) -> Self {
        let home = Self {
            name: name.to_owned(),
            path: lab.path(name),
            logs: lab.path(&format!("{name}.logs")),
            ..of.clone()
        };
        let mut command = home.command("import");
        command.arg(file);
        for option in ["--export-passphrase-file", "--new-passphrase-file"] {
            command.arg(option).arg(&home.passphrase_file);
        }
        let made = output(&mut command).await;
        assert!(made.status.success(), "{name}: {}", said(&made));
        home
    }

    /// Adds an option of `run`.
    pub(crate) fn with(mut self, option: &str) -> Self {
        self.options.push(option.to_owned());
        self
    }

    /// Runs it under another program, which must run it in its own place (as `strace -D` does).
    pub(crate) fn under(mut self, command: impl Into<Vec<String>>) -> Self {
        self.under = command.into();
        self
    }

    /// Runs the program with one socket too many, an example of this package, in its place.
    pub(crate) fn leaking_to(mut self, port: u16) -> Self {
        self.leak = Some(port);
        self
    }

    /// The program with `--home` and a subcommand.
    pub(crate) fn command(&self, subcommand: &str) -> Command {
        let program = match self.leak {
            Some(_) => {
                Path::new(env!("CARGO_BIN_EXE_tornet")).with_file_name("examples/leaking_bot")
            }
            None => program().to_owned(),
        };
        let words = self.under.iter().map(PathBuf::from);
        let mut words = words.chain([program]);
        let mut command = Command::new(words.next().expect("a program"));
        command.envs(
            self.leak
                .map(|port| ("UNDERTONE_FOREIGN_PORT", port.to_string())),
        );
        command
            .args(words)
            .arg("--home")
            .arg(&self.path)
            .arg(subcommand);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.env_remove("NOTIFY_SOCKET").kill_on_drop(true);
        command
    }

    /// The command that runs it, logging everything to files.
    pub(crate) fn run_command(&self) -> Command {
        let mut command = self.command("run");
        command
            .args(["--headless", "--log-level", "trace"])
            .args(&self.options);
        command
            .arg("--log-file")
            .arg(&self.logs)
            .arg("--network")
            .arg(&self.network);
        command.arg("--passphrase-file").arg(&self.passphrase_file);
        command
    }

    /// Runs it, until its control socket answers.
    pub(crate) async fn run(&self) -> Bot {
        let mut child = self.run_command().spawn().expect("started");
        let out = child.stdout.take().expect("piped");
        let mut lines = BufReader::new(out).lines();
        let first = timeout(LIMIT, lines.next_line())
            .await
            .expect("ready in time");
        if first.expect("text").as_deref() != Some("ready") {
            let mut error = String::new();
            let mut stderr = child.stderr.take().expect("piped");
            // What was read so far says enough.
            let _ = stderr.read_to_string(&mut error).await;
            panic!("{} did not start: {error}", self.name);
        }
        // Read to the end, so that the program never waits for us.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let stream = UnixStream::connect(self.path.join("control")).await;
        let party = Party::of_process(&self.name, stream.expect("a control socket")).await;
        Bot {
            pid: child.id().expect("it runs"),
            home: self.clone(),
            child: Mutex::new(child),
            signalled: Mutex::default(),
            party,
        }
    }

    /// Everything that it logged, of all runs.
    pub(crate) fn log(&self) -> String {
        let mut files: Vec<PathBuf> = std::fs::read_dir(&self.logs)
            .expect("a log directory")
            .map(|entry| entry.expect("a log").path())
            .collect();
        files.sort();
        let read = |path: &PathBuf| std::fs::read_to_string(path).expect("a log");
        files.iter().map(read).collect()
    }
}

/// A running profile. Dropping it kills it.
pub(crate) struct Bot {
    pub(crate) home: Home,
    pub(crate) pid: u32,
    pub(crate) party: Party,
    child: Mutex<Child>,
    signalled: Mutex<Option<Instant>>,
}

impl Bot {
    /// Ends it over the control socket, in order.
    pub(crate) async fn stop(mut self) {
        self.party.ask(json!({"command": "stop"})).await;
        let status = self.ended().await;
        assert!(status.success(), "{}: {status}", self.home.name);
    }

    /// `kill -9`, in the middle of whatever is under way; [`Self::killed`] is to follow.
    pub(crate) fn kill(&self) {
        self.child
            .lock()
            .expect("not poisoned")
            .start_kill()
            .expect("it ran");
    }

    /// Waits until it is gone.
    pub(crate) async fn killed(mut self) {
        let status = self.ended().await;
        assert_eq!(
            status.signal(),
            Some(9),
            "{} had ended by itself: {status}",
            self.home.name
        );
    }

    /// Sends a signal, by its name, and notes when.
    pub(crate) async fn signal(&self, name: &str) {
        *self.signalled.lock().expect("not poisoned") = Some(Instant::now());
        let pid = self.pid.to_string();
        let script = format!("kill -{name} \"$0\"");
        let sent = Command::new("sh")
            .args(["-c", &script, &pid])
            .status()
            .await;
        assert!(sent.expect("a shell").success());
    }

    /// How it ended, and how long after [`Self::signal`].
    pub(crate) async fn terminated(mut self) -> (ExitStatus, Duration) {
        let status = self.ended().await;
        let signalled = self.signalled.lock().expect("not poisoned").take();
        (status, signalled.expect("a signal was sent").elapsed())
    }

    async fn ended(&mut self) -> ExitStatus {
        let child = self.child.get_mut().expect("not poisoned");
        let ended = timeout(LIMIT, child.wait()).await;
        ended.expect("ended in time").expect("a child")
    }

    /// Resident memory, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid));
        let status = status.expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|rest| rest.trim().strip_suffix(" kB"));
        kib.and_then(|kib| kib.trim().parse::<u64>().ok())
            .expect("a size")
            * 1024
    }

    /// The directory of Arti's files: that of the lock that the process holds open.
    pub(crate) fn run_directory(&self) -> PathBuf {
        let mut all = self.run_directories();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    /// The same of all profiles that it runs.
    pub(crate) fn run_directories(&self) -> Vec<PathBuf> {
        let open = std::fs::read_dir(format!("/proc/{}/fd", self.pid)).expect("it runs");
        let paths = open
            .flatten()
            .filter_map(|entry| std::fs::read_link(entry.path()).ok());
        let locks = paths.filter(|path| path.ends_with("undertone.lock"));
        locks
            .map(|lock| lock.parent().expect("a directory").to_owned())
            .collect()
    }

    /// A further connection to its control socket, for one of the profiles that it runs.
    pub(crate) async fn profile(&self, name: &str, number: u32) -> Party {
        let stream = UnixStream::connect(self.home.path.join("control")).await;
        Party::of_profile(name, stream.expect("a control socket"), Some(number)).await
    }
}

/// Runs a command to its end.
pub(crate) async fn output(command: &mut Command) -> Output {
    timeout(LIMIT, command.output())
        .await
        .expect("ended in time")
        .expect("started")
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn close_to_others(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("ours");
}
