//! A throw-away PostgreSQL: own directory, free port, loopback only; without fsync for tests, and as
//! PostgreSQL comes for measurements.
//!
//! The server is our child in our process group, so an interrupt at the keyboard ends it too; one
//! that an earlier, killed run left behind is stopped before a new one starts.

use std::env;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::failure::{Because, Failure};
use crate::job::Job;
use crate::narrator::Step;
use crate::tools;

const PREFIX: &str = "aicmo-test-postgres-";

/// A running cluster; it is stopped and removed when this is dropped.
pub struct Cluster {
    server: Child,
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    as_postgres: bool,
}

/// What a tested database may do without and a measured one may not.
const NOTHING_SURVIVES: [&str; 3] = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

impl Cluster {
    /// Initialises and starts a cluster that loses everything when the machine stops, and waits until
    /// it takes connections.
    pub fn start(step: &mut Step) -> Result<Self, Failure> {
        Self::start_with(step, &NOTHING_SURVIVES)
    }

    /// One with PostgreSQL's own defaults.
    pub fn start_durable(step: &mut Step) -> Result<Self, Failure> {
        Self::start_with(step, &[])
    }

    fn start_with(step: &mut Step, settings: &[&str]) -> Result<Self, Failure> {
        let programs = tools::postgres(step)?;
        let as_postgres = tools::is_root();
        stop_leftovers(&programs, as_postgres);

        let folder = env::temp_dir().join(format!("{PREFIX}{}", std::process::id()));
        fs::create_dir(&folder).because(|| format!("cannot create {}", folder.display()))?;
        if as_postgres {
            Job::new("chown", "chown")
                .args(["postgres".as_ref(), folder.as_os_str()])
                .answer()
                .ok_or_else(|| {
                    Failure::new("the user postgres is missing: reinstall PostgreSQL and run this again")
                })?;
        }
        let data = folder.join("data");
        let (program, prefix) = command_of(&programs.join("initdb"), as_postgres);
        Job::new(program, "initdb")
            .args(prefix)
            .args([
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "-D",
            ])
            .args([&data])
            .dir(&folder)
            .advice("PostgreSQL could not initialise a cluster: look at initdb's message above")
            .run(step)?;

        let port = free_port()?;
        let server = spawn_server(&programs, &folder, port, as_postgres, settings)?;
        let mut cluster = Self {
            server,
            programs,
            folder,
            port,
            as_postgres,
        };
        cluster.wait_until_it_answers()?;
        Ok(cluster)
    }

    /// The address for `TEST_POSTGRES_URL`.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn wait_until_it_answers(&mut self) -> Result<(), Failure> {
        let started = Instant::now();
        let pause = Pause::new();
        while started.elapsed() < Duration::from_secs(30) {
            if let Ok(Some(status)) = self.server.try_wait() {
                return Err(Failure::new(format!(
                    "the throw-away PostgreSQL ended at once ({status}): look at {}",
                    self.folder.join("server.log").display()
                )));
            }
            let ready = Job::new(self.programs.join("pg_isready"), "pg_isready")
                .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
                .answer()
                .is_some();
            if ready || TcpStream::connect(("127.0.0.1", self.port)).is_ok() && !self.has("pg_isready") {
                return Ok(());
            }
            pause.for_millis(50);
        }
        Err(Failure::new(
            "the throw-away PostgreSQL did not answer within 30 s: run this again when the machine is less busy",
        ))
    }

    fn has(&self, program: &str) -> bool {
        self.programs.join(program).is_file()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        stop(&self.programs, &self.folder.join("data"), self.as_postgres);
        let _ended = self.server.wait();
        let _removed = fs::remove_dir_all(&self.folder);
    }
}

/// Waiting between two looks at a level; nobody ever sends.
pub struct Pause(
    Receiver<()>,
    #[expect(dead_code, reason = "keeps the channel open")] std::sync::mpsc::Sender<()>,
);

impl Pause {
    /// Makes one.
    pub fn new() -> Self {
        let (sender, receiver) = channel();
        Self(receiver, sender)
    }

    /// Waits.
    pub fn for_millis(&self, millis: u64) {
        let _timeout = self.0.recv_timeout(Duration::from_millis(millis));
    }
}

/// How to run a program of PostgreSQL: as the user postgres when we are root, since it refuses root.
fn command_of(program: &Path, as_postgres: bool) -> (PathBuf, Vec<String>) {
    if as_postgres {
        let words = ["-u", "postgres", "--"].map(str::to_owned);
        let program = program.to_string_lossy().into_owned();
        (
            PathBuf::from("runuser"),
            words.into_iter().chain([program]).collect(),
        )
    } else {
        (program.to_path_buf(), Vec::new())
    }
}

fn spawn_server(
    programs: &Path,
    folder: &Path,
    port: u16,
    as_postgres: bool,
    settings: &[&str],
) -> Result<Child, Failure> {
    let log =
        fs::File::create(folder.join("server.log")).because(|| "cannot write PostgreSQL's log".to_owned())?;
    let errors = log
        .try_clone()
        .because(|| "cannot write PostgreSQL's log".to_owned())?;
    let (program, prefix) = command_of(&programs.join("postgres"), as_postgres);
    let mut command = Command::new(program);
    command.args(prefix).arg("-D").arg(folder.join("data"));
    let own = [
        format!("port={port}"),
        "listen_addresses=127.0.0.1".to_owned(),
        format!("unix_socket_directories={}", folder.display()),
        "max_connections=300".to_owned(),
    ];
    let settings = settings.iter().map(|setting| (*setting).to_owned());
    for setting in own.into_iter().chain(settings) {
        command.arg("-c").arg(setting);
    }
    command
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        .spawn()
        .because(|| "PostgreSQL could not be started".to_owned())
}

fn stop(programs: &Path, data: &Path, as_postgres: bool) {
    let (program, prefix) = command_of(&programs.join("pg_ctl"), as_postgres);
    let _stopped = Job::new(program, "pg_ctl")
        .args(prefix)
        .args(["stop", "--silent", "--mode=immediate", "--wait", "-D"])
        .args([data])
        .dir(&env::temp_dir())
        .answer();
}

/// Ends clusters whose run was killed: their folder names a process that is no more.
fn stop_leftovers(programs: &Path, as_postgres: bool) {
    let Ok(entries) = fs::read_dir(env::temp_dir()) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(PREFIX).and_then(|pid| pid.parse::<u32>().ok());
        if let Some(pid) = owner
            && Path::new("/proc/self").exists()
            && !Path::new(&format!("/proc/{pid}")).exists()
        {
            stop(programs, &entry.path().join("data"), as_postgres);
            let _removed = fs::remove_dir_all(entry.path());
        }
    }
}

fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).because(|| "no free port on 127.0.0.1".to_owned())?;
    Ok(listener
        .local_addr()
        .because(|| "no free port on 127.0.0.1".to_owned())?
        .port())
}
