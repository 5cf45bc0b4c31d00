//! What the tests of the process share.

use std::path::{Path, PathBuf};

use aicmo_backend::smoke::Server;
use aicmo_backend::smoke::server::{Ended, command, run_to_end};
use aicmo_client::Client;

/// The binary under test.
pub fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_aicmo"))
}

/// A directory of a test's own; gone with it.
pub struct Room {
    dir: tempfile::TempDir,
}

impl Room {
    pub fn new() -> Self {
        Self {
            dir: tempfile::tempdir().expect("a temporary directory"),
        }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The data directory of the servers of this test; not made yet.
    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// Starts `aicmo serve` and waits until it is ready.
    pub fn serve(&self, environment: &[(&str, &str)]) -> Server {
        Server::start(binary(), &self.data(), environment).expect("ready")
    }

    /// Runs `aicmo` with `arguments` to its end.
    pub fn run(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
        let data = self.data();
        let mut all = vec![
            ("AICMO_BIND", "127.0.0.1:0"),
            ("AICMO_DATA_DIR", data.to_str().expect("UTF-8")),
        ];
        all.extend_from_slice(environment);
        let mut command = command(binary(), &all);
        command.args(arguments).current_dir(self.path());
        run_to_end(command).expect("it ends")
    }

    /// Every file and directory below this room, sorted.
    pub fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        walk(self.path(), &mut found);
        found.sort();
        found
    }
}

fn walk(dir: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).expect("readable") {
        let path = entry.expect("an entry").path();
        found.push(path.display().to_string());
        if path.is_dir() {
            walk(&path, found);
        }
    }
}

/// The exit code and the one sentence of a process that refused.
pub fn refusal(ended: &Ended) -> (i32, String) {
    let code = ended.status.code().expect("an exit code and no signal");
    assert_eq!(ended.stdout, "", "a refusal says nothing on stdout");
    let sentences: Vec<&str> = ended
        .stderr
        .lines()
        .filter(|line| line.starts_with("aicmo: ") || line.starts_with("AICMO_FATAL "))
        .collect();
    assert_eq!(sentences.len(), 1, "one sentence: {}", ended.stderr);
    (code, sentences[0].to_owned())
}

/// Sends a signal by name.
pub fn signal(name: &str, server: &Server) {
    let sent = std::process::Command::new("sh")
        .args(["-c", &format!("kill -{name} {}", server.pid())])
        .status()
        .expect("a shell");
    assert!(sent.success());
}

pub fn client(server: &Server) -> Client {
    server.client().expect("a client")
}

/// Whether the half of a test that needs `what` can run. Missing things are said loudly, and are a
/// failure where nobody reads the output.
pub fn or_skip(there: bool, what: &str) -> bool {
    if !there {
        assert!(std::env::var_os("CI").is_none(), "{what} is missing");
        eprintln!("SKIPPED: {what} is missing");
    }
    there
}

/// The code that an authenticator app with this secret shows now.
pub fn code_of(secret: &str) -> String {
    use aicmo_operations::Clock as _;
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let key = data_encoding::BASE32_NOPAD
        .decode(secret.as_bytes())
        .expect("base32");
    let step = aicmo_operations::SystemClock.now().as_millis() / 30_000;
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&key).expect("a key");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 15);
    let number = u32::from_be_bytes(digest[offset..offset + 4].try_into().expect("four bytes")) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}
