//! Requests as bytes, for what no well-behaved client sends, and what an attack is measured by.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use aicmo_backend::smoke::Server;

/// How long an answer may take before a test gives up. Far above any promise.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a health probe may take while somebody attacks.
pub const PROBE_LIMIT: Duration = Duration::from_millis(100);

/// A connection of bytes.
pub struct Raw {
    pub stream: TcpStream,
    read: Vec<u8>,
}

/// The head of an answer, and its body when it has a length.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

/// What became of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The server ended it.
    Ended,
    /// It was still open when the time was up.
    Open,
}

impl Raw {
    pub fn to(server: &Server) -> Self {
        let stream = TcpStream::connect(authority(server)).expect("connected");
        stream.set_read_timeout(Some(PATIENCE)).expect("set");
        stream.set_write_timeout(Some(PATIENCE)).expect("set");
        stream.set_nodelay(true).expect("set");
        Self {
            stream,
            read: Vec::new(),
        }
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.stream.write_all(bytes.as_ref()).expect("sent");
        self
    }

    /// Sends what can be sent; `Ended` when the server would not take it.
    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> Fate {
        match self.stream.write_all(bytes.as_ref()) {
            Ok(()) => Fate::Open,
            Err(_) => Fate::Ended,
        }
    }

    /// The next answer; `None` when the connection ended before one came.
    pub fn answer(&mut self) -> Option<Answer> {
        let end = loop {
            if let Some(at) = find(&self.read, b"\r\n\r\n") {
                break at + 4;
            }
            if self.more()? == 0 {
                return None;
            }
        };
        let head = String::from_utf8_lossy(&self.read[..end]).into_owned();
        self.read.drain(..end);
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let length = head
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length:")?
                    .trim()
                    .parse()
                    .ok()
            })
            .unwrap_or(0);
        while self.read.len() < length {
            if self.more()? == 0 {
                return None;
            }
        }
        let body = self.read.drain(..length).collect();
        Some(Answer { status, head, body })
    }

    fn more(&mut self) -> Option<usize> {
        let mut buffer = [0; 16 * 1024];
        let n = self.stream.read(&mut buffer).ok()?;
        self.read.extend_from_slice(&buffer[..n]);
        Some(n)
    }

    /// Reads on until the server ends the connection, `drop`ping one more byte in before each look.
    /// Answers what was read, and how it went within `limit`.
    pub fn until_ended(&mut self, drip: Option<&[u8]>, limit: Duration) -> (Vec<u8>, Fate) {
        let deadline = Instant::now() + limit;
        self.stream
            .set_read_timeout(Some(Duration::from_millis(250)))
            .expect("set");
        let mut buffer = [0; 16 * 1024];
        while Instant::now() < deadline {
            if let Some(drip) = drip
                && self.try_send(drip) == Fate::Ended
            {
                break;
            }
            match self.stream.read(&mut buffer) {
                Ok(0) => return (std::mem::take(&mut self.read), Fate::Ended),
                Ok(n) => self.read.extend_from_slice(&buffer[..n]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => return (std::mem::take(&mut self.read), Fate::Ended),
            }
        }
        let fate = if Instant::now() < deadline {
            Fate::Ended
        } else {
            Fate::Open
        };
        (std::mem::take(&mut self.read), fate)
    }
}

/// Host and port of a server.
pub fn authority(server: &Server) -> &str {
    server.url.trim_start_matches("http://")
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

/// A whole request without a body.
pub fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

/// How long a probe takes on a connection of its own.
pub fn probe(server: &Server) -> Duration {
    let began = Instant::now();
    let answer = Raw::to(server).send(get("/healthz")).answer();
    let took = began.elapsed();
    assert_eq!(answer.map(|answer| answer.status), Some(200), "{}", server.log());
    took
}

/// Probes `times` times and answers the slowest of nine in ten; the tenth may have met a machine that
/// was busy with another test.
#[track_caller]
pub fn assert_healthy(server: &Server, times: usize) {
    let mut took: Vec<Duration> = (0..times).map(|_| probe(server)).collect();
    took.sort_unstable();
    let nine_in_ten = took[(times * 9).div_ceil(10) - 1];
    assert!(nine_in_ten < PROBE_LIMIT, "the health probe took {took:?}");
}

/// What the process holds in memory, in megabytes.
pub fn memory_mb(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).expect("a process");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .expect("a size");
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kib / 1024
}

/// How many sockets the process holds.
pub fn sockets(server: &Server) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", server.pid()))
        .expect("a process")
        .filter_map(Result::ok)
        .filter_map(|entry| std::fs::read_link(entry.path()).ok())
        .filter(|target| target.to_string_lossy().starts_with("socket:"))
        .count()
}
