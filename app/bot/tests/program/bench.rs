//! A profile in a temporary place and the program to try on it. Every wait has a deadline.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

pub const PASSPHRASE: &str = "correct horse battery staple";

/// For anything that does not go through a network. Loaded machines are slow.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// A place for one profile.
pub struct Bench {
    place: TempDir,
}

/// A profile that runs; killed when dropped.
pub struct Running {
    pub child: Child,
}

impl Bench {
    /// An empty place with a passphrase file and a network file whose relay does not exist.
    pub fn new() -> Self {
        let bench = Self {
            place: tempfile::tempdir().unwrap(),
        };
        bench.write("passphrase", PASSPHRASE, 0o600);
        let network = serde_json::json!({
            "version": 1,
            "authorities": ["00".repeat(20)],
            "relays": [{ "rsa": "00".repeat(20), "ed25519": "A".repeat(43), "addresses": ["127.0.0.1:1"] }],
        });
        bench.write("network", &network.to_string(), 0o600);
        bench
    }

    /// One with a profile that was made.
    pub fn with_profile() -> Self {
        let bench = Self::new();
        let made = bench.run(&[
            "create",
            "--nickname",
            "Ann",
            "--passphrase-file",
            &bench.path("passphrase"),
        ]);
        assert_code(&made, 0);
        bench
    }

    pub fn path(&self, name: &str) -> String {
        self.place.path().join(name).to_str().unwrap().to_owned()
    }

    pub fn home(&self) -> PathBuf {
        self.place.path().join("home")
    }

    pub fn write(&self, name: &str, content: &str, mode: u32) {
        fs::write(self.path(name), content).unwrap();
        fs::set_permissions(self.path(name), Permissions::from_mode(mode)).unwrap();
    }

    /// The program, on this profile.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command.arg("--home").arg(self.home()).args(arguments);
        command
    }

    /// Runs a command with nothing to read.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, "")
    }

    /// Runs a command that reads `input`.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Output {
        run(self.command(arguments), input)
    }

    /// What `run` needs besides options that the test adds.
    pub fn run_arguments(&self) -> Vec<String> {
        let [passphrase, network] = [self.path("passphrase"), self.path("network")];
        [
            "run",
            "--passphrase-file",
            &passphrase,
            "--network",
            &network,
        ]
        .map(str::to_owned)
        .into()
    }

    /// Starts the profile and waits until it says that it is ready.
    pub fn start(&self, more: &[&str]) -> Running {
        let arguments = self.run_arguments();
        let arguments: Vec<&str> = arguments
            .iter()
            .map(String::as_str)
            .chain(more.iter().copied())
            .collect();
        let mut child = self
            .command(&arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let out = child.stdout.take().unwrap();
        let running = Running { child };
        let (to, line) = mpsc::channel();
        std::thread::spawn(move || {
            let mut out = BufReader::new(out);
            let mut first = String::new();
            let _ = out.read_line(&mut first);
            let _ = to.send(first);
            // Keeps the pipe open until the program ends.
            let _ = std::io::copy(&mut out, &mut std::io::sink());
        });
        assert_eq!(line.recv_timeout(DEADLINE).unwrap(), "ready\n");
        running
    }

    /// A connection to the socket of the running profile.
    pub fn connect(&self) -> Talk {
        let stream = UnixStream::connect(self.home().join("control")).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        Talk {
            lines: BufReader::new(stream),
        }
    }
}

impl Running {
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).unwrap();
    }

    /// Waits for the end, and how long it took.
    pub fn ended(mut self) -> (ExitStatus, Duration) {
        let start = Instant::now();
        (wait(&mut self.child), start.elapsed())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A conversation over the socket.
pub struct Talk {
    lines: BufReader<UnixStream>,
}

impl Talk {
    pub fn write(&mut self, text: &str) -> std::io::Result<()> {
        self.lines.get_mut().write_all(text.as_bytes())
    }

    /// The next line; `None` at the end.
    pub fn read(&mut self) -> Option<Value> {
        let mut line = String::new();
        match self.lines.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(serde_json::from_str(&line).unwrap()),
            Err(error) => panic!("{error}"),
        }
    }

    pub fn ask(&mut self, request: Value) -> Value {
        self.write(&format!("{request}\n")).unwrap();
        self.read().unwrap()
    }
}

/// The program by itself, in an environment without a home.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_undertone-bot"));
    for name in ["HOME", "XDG_DATA_HOME", "UNDERTONE_HOME", "NOTIFY_SOCKET"] {
        command.env_remove(name);
    }
    command
}

/// Runs to the end.
pub fn run(mut command: Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read its input closes it, which is not what is tested.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let (to, output) = mpsc::channel();
    std::thread::spawn(move || to.send(child.wait_with_output()));
    output.recv_timeout(DEADLINE).unwrap().unwrap()
}

fn wait(child: &mut Child) -> ExitStatus {
    let end = Instant::now() + DEADLINE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(Instant::now() < end, "it does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[track_caller]
pub fn assert_code(output: &Output, code: i32) {
    assert_eq!(
        output.status.code(),
        Some(code),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
}

/// Asserts the exit code and that the message says something.
#[track_caller]
pub fn assert_refused(output: &Output, code: i32, says: &str) {
    assert_code(output, code);
    let message = text(&output.stderr);
    assert!(message.contains(says), "{message}");
    assert!(output.stdout.is_empty(), "{}", text(&output.stdout));
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}
