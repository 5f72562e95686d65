//! The real program under Xvfb, driven by xdotool, its picture read by tesseract: what no simulated window
//! shows, that it opens, draws, hears keys and draws again. It ends before there is a profile, so no
//! network is touched. Left out with a printed reason where a tool is missing, unless `CI` is set.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longer than anything takes on a busy computer.
const DEADLINE: Duration = Duration::from_secs(60);

/// A process that ends with the test.
pub(crate) struct Process(pub(crate) Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An X server without a screen.
pub(crate) struct Display {
    _server: Process,
    name: String,
}

impl Display {
    pub(crate) fn start() -> Self {
        // It does not begin anew when a client has left it alone: who connects meanwhile would be refused.
        let mut server = Command::new("Xvfb")
            .args([
                "-noreset",
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1080x720x24",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb");
        let output = server.stdout.take().expect("its output");
        let server = Process(server);
        let mut number = String::new();
        BufReader::new(output)
            .read_line(&mut number)
            .expect("the number of the display");
        Self {
            _server: server,
            name: format!(":{}", number.trim()),
        }
    }

    /// What programs find it by.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    fn run(&self, program: &str, arguments: &[&str]) -> String {
        let output = Command::new(program)
            .args(arguments)
            .env("DISPLAY", &self.name)
            .stderr(Stdio::null())
            .output()
            .expect(program);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What can be read on the display now.
    fn read(&self, place: &Path) -> String {
        let picture = place.join("picture.png");
        let picture = picture.to_string_lossy();
        // Dark letters on light ground are read best.
        let form = ["-colorspace", "Gray", "-negate", "-resize", "200%"];
        let arguments: Vec<&str> = [&["-window", "root"], &form[..], &[&*picture]].concat();
        self.run("import", &arguments);
        self.run(
            "tesseract",
            &[&picture, "stdout", "-l", "eng", "--psm", "6"],
        )
    }

    /// Looks until something is so: nothing tells from outside when a window has drawn.
    fn until<T>(&self, what: &str, mut look: impl FnMut(&Self) -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            assert!(began.elapsed() < DEADLINE, "waited in vain: {what}");
        }
    }

    fn sees(&self, words: &str, place: &Path) {
        self.until(words, |display| {
            display.read(place).contains(words).then_some(())
        });
    }
}

/// Whether a test has to be left out because a tool is missing, which `CI` does not allow.
pub(crate) fn missing(tools: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut tools = tools.iter();
    let tool =
        tools.find(|tool| !std::env::split_paths(&path).any(|folder| folder.join(tool).is_file()));
    let Some(tool) = tool else { return false };
    assert!(std::env::var_os("CI").is_none(), "{tool} is missing");
    eprintln!("left out: {tool} is missing");
    true
}

#[test]
fn the_program_opens_draws_and_hears_keys() {
    if missing(&["Xvfb", "xdotool", "tesseract", "import"]) {
        return;
    }
    let place = tempfile::tempdir().expect("a directory");
    let display = Display::start();
    // The control: without the program there is nothing to read.
    assert!(!display.read(place.path()).contains("Undertone"));
    let began = Instant::now();
    let program = Command::new(env!("CARGO_BIN_EXE_undertone-desktop"))
        .arg("--home")
        .arg(place.path().join("home"))
        .args(["--language", "en"])
        .env("DISPLAY", &display.name)
        .env_remove("WAYLAND_DISPLAY")
        .spawn()
        .expect("the program");
    let number = program.id().to_string();
    let _program = Process(program);
    let window = display.until("the window", |display| {
        let found = display.run("xdotool", &["search", "--onlyvisible", "--pid", &number]);
        found.lines().next().map(str::to_owned)
    });
    println!("window visible after {:?}", began.elapsed());
    display.run("xdotool", &["windowfocus", "--sync", &window]);
    display.sees("Welcome to Undertone", place.path());
    display.run("xdotool", &["key", "Tab"]);
    display.run("xdotool", &["key", "Return"]);
    display.sees("What should people call you", place.path());
    display.run("xdotool", &["type", "Robin Hood"]);
    display.sees("Robin Hood", place.path());
    display.run("xdotool", &["key", "Return"]);
    display.sees("Choose a passphrase", place.path());
    assert!(!place.path().join("home").exists(), "nothing is made yet");
}

/// Neither where none is named nor where nothing answers by its name.
#[test]
fn without_a_display_it_says_what_is_missing() {
    let place = tempfile::tempdir().expect("a directory");
    for display in [None, Some(":no-such-display")] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_undertone-desktop"));
        program.arg("--home").arg(place.path().join("home"));
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
            program.env_remove(name);
        }
        program.envs(display.map(|name| ("DISPLAY", name)));
        let output = program.output().expect("the program");
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8_lossy(&output.stderr);
        let expected = "undertone-desktop: the window cannot be opened: is there a display, \
                        and does DISPLAY or WAYLAND_DISPLAY name it?\n";
        assert_eq!(said, expected);
    }
}
