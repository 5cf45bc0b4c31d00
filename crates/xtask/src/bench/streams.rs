//! The event stream with many listeners: what they cost in memory, and how long a commit takes to
//! reach the slowest of them.
//!
//! One thread of this process writes and reads for all listeners, on the same cores as the server,
//! so every figure is an upper bound.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use super::load::{self, Latencies};
use super::measure::Measurement;
use super::served::Served;
use super::wire::Connection;
use crate::cluster::Pause;
use crate::failure::{Because, Failure};

const KEY: &str = "bench-administrator-key-of-32-letters";

/// How long one event may take to reach everybody before we give up.
const PATIENCE: Duration = Duration::from_secs(30);

/// What each event of a new campaign looks like to a listener of its topic.
const MARK: &[u8] = b"\nevent: control\n";

/// Memory and speed with 2,000 listeners, and the way of one event to one listener.
pub fn measure(binary: &Path, quick: bool) -> Result<Vec<Measurement>, Failure> {
    let listeners = if quick { 200 } else { 2_000 };
    let commits = if quick { 5 } else { 20 };
    let folder = tempfile::tempdir().because(|| "no temporary directory can be made".to_owned())?;
    let plenty = "1000000000";
    let settings = [
        ("AICMO_BOOTSTRAP_ADMIN_KEY", KEY),
        ("AICMO_STREAMS_PER_CALLER", "4096"),
        ("AICMO_MAX_CONNECTIONS", "8192"),
        ("AICMO_READS_PER_MINUTE", plenty),
        ("AICMO_WRITES_PER_MINUTE", plenty),
    ];
    let server = Served::start_with(binary, folder.path(), &settings)?;
    let mut writer = Writer::open(&server.host)?;
    let mut alone = vec![Listener::open(&server.host)?];
    let pause = Pause::new();
    let mut single = Vec::new();
    for _ in 0..=commits * 2 {
        pause.for_millis(150);
        single.extend(writer.commit_and_wait(&mut alone)?);
    }
    let single = Latencies::new(single.split_off(1));
    drop(alone);

    let before = server.resident();
    let mut crowd = Vec::with_capacity(listeners);
    for _ in 0..listeners {
        crowd.push(Listener::open(&server.host)?);
    }
    let opened = server.resident();
    let mut samples = Vec::new();
    for _ in 0..commits {
        pause.for_millis(150);
        samples.extend(writer.commit_and_wait(&mut crowd)?);
    }
    let after = server.resident();
    let samples = Latencies::new(samples);
    let more = before
        .zip(after)
        .map(|(before, after)| after.saturating_sub(before));
    let megabytes = |bytes: u64| format!("{:.1} MB", load::count(bytes) / 1e6);
    let millis = |took: Duration| format!("{:.1} ms", took.as_secs_f64() * 1_000.0);
    Ok(vec![
        Measurement {
            what: format!("memory of {listeners} event-stream listeners"),
            goal: "at most 100 MB more".to_owned(),
            found: more.map_or_else(|| "not known on this system".to_owned(), megabytes),
            met: more.is_some_and(|bytes| bytes <= 100_000_000),
            details: vec![format!(
                "resident before {}, with all of them open {}, after {commits} events to each {}",
                before.map_or_else(|| "?".to_owned(), megabytes),
                opened.map_or_else(|| "?".to_owned(), megabytes),
                after.map_or_else(|| "?".to_owned(), megabytes)
            )],
        },
        Measurement {
            what: format!("from sending a write to its event at each of {listeners} listeners, p95"),
            goal: "at most 500 ms".to_owned(),
            found: millis(samples.percentile(95)),
            met: samples.percentile(95) <= Duration::from_millis(500),
            details: vec![format!(
                "median {}, slowest {}; writer, listeners and server share the cores",
                millis(samples.median()),
                millis(samples.percentile(100))
            )],
        },
        Measurement {
            what: "from sending a write to its event at one listener, p95".to_owned(),
            goal: "at most 500 ms".to_owned(),
            found: millis(single.percentile(95)),
            met: single.percentile(95) <= Duration::from_millis(500),
            details: vec![format!("median {}", millis(single.median()))],
        },
    ])
}

/// Makes changes.
struct Writer {
    connection: Connection,
    host: String,
    made: u32,
}

impl Writer {
    fn open(host: &str) -> Result<Self, Failure> {
        Ok(Self {
            connection: Connection::open(host)?,
            host: host.to_owned(),
            made: 0,
        })
    }

    /// Creates a campaign and answers how long its event took to reach each listener.
    fn commit_and_wait(&mut self, listeners: &mut [Listener]) -> Result<Vec<Duration>, Failure> {
        self.made += 1;
        let body = format!(r#"{{"name":"Campaign {}","objective":"sales"}}"#, self.made);
        let request = format!(
            "POST /api/v1/campaigns HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {KEY}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        let sent = Instant::now();
        let answer = self.connection.exchange(request.as_bytes())?;
        if answer.status != 201 {
            let said = String::from_utf8_lossy(&answer.body);
            return Err(Failure::new(format!(
                "a write answered {}: {said}",
                answer.status
            )));
        }
        let mut took = Vec::with_capacity(listeners.len());
        let mut waiting: Vec<usize> = (0..listeners.len()).collect();
        let pause = Pause::new();
        while !waiting.is_empty() {
            let mut silent = Vec::new();
            for index in waiting {
                if listeners[index].has_heard()? {
                    took.push(sent.elapsed());
                } else {
                    silent.push(index);
                }
            }
            waiting = silent;
            if sent.elapsed() > PATIENCE {
                return Err(Failure::new(format!(
                    "an event did not reach {} of {} listeners within 30 s",
                    waiting.len(),
                    listeners.len()
                )));
            }
            pause.for_millis(2);
        }
        Ok(took)
    }
}

/// One open stream.
struct Listener {
    stream: TcpStream,
    /// What came and was not looked at yet.
    rest: Vec<u8>,
}

impl Listener {
    /// Opens a stream and waits for its first event.
    fn open(host: &str) -> Result<Self, Failure> {
        let mut stream = TcpStream::connect(host).because(|| {
            "no further listener can connect: raise the number of open files (`ulimit -n 8192`) and run this again"
                .to_owned()
        })?;
        let broken = || "a stream broke off".to_owned();
        stream.set_read_timeout(Some(PATIENCE)).because(broken)?;
        let request = format!(
            "GET /api/v1/stream?topics=control HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {KEY}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).because(broken)?;
        let mut rest = Vec::new();
        let mut piece = [0; 4_096];
        while !contains(&rest, b"event: hello\n") {
            let read = stream.read(&mut piece).because(broken)?;
            rest.extend_from_slice(&piece[..read]);
            if read == 0 || rest.len() > 16_384 {
                let said = String::from_utf8_lossy(&rest).into_owned();
                return Err(Failure::new(format!("a stream did not open: {said}")));
            }
        }
        stream.set_nonblocking(true).because(broken)?;
        rest.clear();
        Ok(Self { stream, rest })
    }

    /// Whether the event has come.
    fn has_heard(&mut self) -> Result<bool, Failure> {
        let mut piece = [0; 4_096];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => return Err(Failure::new("the server ended a stream")),
                Ok(read) => self.rest.extend_from_slice(&piece[..read]),
                Err(cause) if cause.kind() == ErrorKind::WouldBlock => break,
                Err(cause) => return Err(Failure::new(format!("a stream broke off: {cause}"))),
            }
        }
        let has_heard = contains(&self.rest, MARK);
        if has_heard {
            self.rest.clear();
        }
        Ok(has_heard)
    }
}

fn contains(text: &[u8], mark: &[u8]) -> bool {
    text.windows(mark.len()).any(|window| window == mark)
}
