//! A profile as a process of its own: this program starts itself again, so that memory and processor
//! time are those of one profile alone.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command as Process, Stdio};
use std::sync::Arc;
use std::time::Duration;

use undertone_engine::{Command, Engine, EngineOptions, Reply};
use undertone_storage::{DataKey, Home, Store};
use undertone_tor::TorTransport;

use crate::lab::{KEY, tor_options};

/// The home that a child runs, the file of its network, and where Tor puts the files of the run.
const HOME: &str = "UNDERTONE_BENCH_HOME";
const NETWORK: &str = "UNDERTONE_BENCH_NETWORK";
const PLACE: &str = "UNDERTONE_BENCH_PLACE";

/// A running child. It ends when it is dropped: nothing holds its input open any more.
pub(crate) struct Program {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// What a running profile says of itself.
pub(crate) struct Situation {
    pub(crate) doors: u32,
    pub(crate) doors_reachable: u32,
    pub(crate) connected: usize,
}

/// What the system says of a process; bytes, and processor time since its start.
#[derive(Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) resident: u64,
    pub(crate) private_dirty: u64,
    pub(crate) threads: u64,
    pub(crate) processor: Duration,
}

impl Program {
    pub(crate) fn start(home: &Path, network: &Path, place: &Path) -> Self {
        let mut child = Process::new(env::current_exe().expect("this program"))
            .env(HOME, home)
            .env(NETWORK, network)
            .env(PLACE, place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        Self {
            questions: child.stdin.take(),
            answers: BufReader::new(child.stdout.take().expect("a pipe")),
            child,
        }
    }

    /// Asks the child; blocks until it answers.
    pub(crate) fn situation(&mut self) -> Situation {
        let questions = self.questions.as_mut().expect("open until dropped");
        questions.write_all(b"?\n").expect("the child listens");
        let mut line = String::new();
        self.answers
            .read_line(&mut line)
            .expect("the child answers");
        let mut numbers = line
            .split_whitespace()
            .map(|n| n.parse().expect("a number"));
        let mut next = || -> u32 { numbers.next().expect("three numbers") };
        Situation {
            doors: next(),
            doors_reachable: next(),
            connected: next() as usize,
        }
    }

    pub(crate) fn usage(&self) -> Usage {
        let directory = PathBuf::from(format!("/proc/{}", self.child.id()));
        let read = |name: &str| fs::read_to_string(directory.join(name)).expect("a running child");
        let (memory, status, stat) = (read("smaps_rollup"), read("status"), read("stat"));
        let number = |text: &str, name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
            number.expect("a number")
        };
        // The name of the program, in parentheses, may hold spaces.
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .expect("text")
            .split_whitespace()
            .collect();
        let ticks: u64 = fields[11..13]
            .iter()
            .map(|n| n.parse::<u64>().expect("ticks"))
            .sum();
        Usage {
            resident: number(&memory, "Rss:") * 1024,
            private_dirty: number(&memory, "Private_Dirty:") * 1024,
            threads: number(&status, "Threads:"),
            // A hundred a second on every Linux that user space sees.
            processor: Duration::from_millis(10 * ticks),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.questions = None;
        // Nothing can be done about a child that does not end.
        let _ = self.child.wait();
    }
}

/// Runs the profile of a child until its input ends. `false`: this process is not a child.
pub(crate) fn run_child() -> bool {
    let (Some(home), Some(network), Some(place)) =
        (env::var_os(HOME), env::var_os(NETWORK), env::var_os(PLACE))
    else {
        return false;
    };
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let options = tor_options(Path::new(&network), Path::new(&place), None);
        let transport = Arc::new(TorTransport::start(options).await.expect("a transport"));
        let home = Home::open(PathBuf::from(home)).expect("a home");
        let store = Store::open_with_key(&home, &DataKey::from_bytes(KEY)).expect("a store");
        let options = EngineOptions::new(store, transport.clone());
        let engine = Engine::start(options).await.expect("an engine");
        let mut line = String::new();
        // Nothing else runs on this thread, so it may wait for input.
        while std::io::stdin()
            .read_line(&mut line)
            .is_ok_and(|length| length > 0)
        {
            println!("{}", answer(&engine).await);
            line.clear();
        }
        engine.shutdown().await;
        transport.shutdown().await;
    });
    runtime.shutdown_background();
    true
}

async fn answer(engine: &Engine) -> String {
    let profile = engine.run(Command::Profile).await.expect("it runs");
    let contacts = engine.run(Command::Contacts).await.expect("it runs");
    let (Reply::Profile(profile), Reply::Contacts { contacts }) = (profile, contacts) else {
        panic!("another reply");
    };
    let connected = contacts.iter().filter(|contact| contact.connected).count();
    format!("{} {} {connected}", profile.doors, profile.doors_reachable)
}
