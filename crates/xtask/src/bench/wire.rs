//! A keep-alive HTTP/1.1 connection with as little of our own work per request as possible, so that
//! what is measured is the server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use super::served::KEY;
use crate::failure::{Because, Failure};

/// The header line of a key.
pub fn bearer(key: &str) -> String {
    format!("Authorization: Bearer {key}")
}

/// The text in an answer at a JSON pointer.
pub fn text_at(value: &Value, pointer: &str) -> Result<String, Failure> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| Failure::new(format!("the answer has no {pointer}")))
}

/// One connection to the server.
pub struct Connection {
    reader: BufReader<TcpStream>,
    host: String,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Status line, headers and body as they came over the wire.
    pub bytes: u64,
}

impl Answer {
    /// The first header of that lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }
}

impl Connection {
    /// Connects to `127.0.0.1:8000`, say.
    pub fn open(host: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(host).because(|| format!("cannot connect to {host}"))?;
        stream
            .set_nodelay(true)
            .because(|| format!("cannot set up the connection to {host}"))?;
        stream
            .set_read_timeout(Some(Duration::from_mins(1)))
            .because(|| format!("cannot set up the connection to {host}"))?;
        Ok(Self {
            reader: BufReader::with_capacity(64 * 1024, stream),
            host: host.to_owned(),
        })
    }

    /// The bytes of a GET by the administrator, to be prepared once and sent often.
    pub fn request(&self, path: &str, extra: &str) -> Vec<u8> {
        self.request_as(&bearer(KEY), path, extra)
    }

    /// The bytes of a GET by whom `credential` names, a header line.
    pub fn request_as(&self, credential: &str, path: &str, extra: &str) -> Vec<u8> {
        format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\n{credential}\r\n{extra}\r\n",
            self.host
        )
        .into_bytes()
    }

    /// A POST of JSON by the administrator.
    pub fn post(&mut self, path: &str, body: &Value) -> Result<Answer, Failure> {
        let body = body.to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\n{}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.host,
            bearer(KEY),
            body.len()
        );
        self.exchange(request.as_bytes())
    }

    /// A POST of JSON by the administrator that must create something: the answer and its JSON.
    pub fn create(&mut self, path: &str, body: &Value) -> Result<(Answer, Value), Failure> {
        let answer = self.post(path, body)?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        if answer.status != 201 {
            let told = format!("POST {path} answered {}: {text}", answer.status);
            return Err(Failure::new(told));
        }
        let value =
            serde_json::from_str(&text).because(|| format!("POST {path} answered no JSON: {text}"))?;
        Ok((answer, value))
    }

    /// Sends a prepared request and reads the whole answer.
    pub fn exchange(&mut self, request: &[u8]) -> Result<Answer, Failure> {
        self.reader
            .get_mut()
            .write_all(request)
            .because(|| "the server closed the connection".to_owned())?;
        self.read_answer()
            .because(|| "the server's answer broke off".to_owned())
    }

    /// A GET that must succeed.
    pub fn get(&mut self, path: &str) -> Result<Answer, Failure> {
        let request = self.request(path, "");
        let answer = self.exchange(&request)?;
        if answer.status == 200 {
            Ok(answer)
        } else {
            Err(Failure::new(format!(
                "GET {path} answered {}: {}",
                answer.status,
                String::from_utf8_lossy(&answer.body)
            )))
        }
    }

    fn read_answer(&mut self) -> std::io::Result<Answer> {
        let mut bytes = 0;
        let line = self.line(&mut bytes)?;
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        let mut headers = Vec::new();
        loop {
            let line = self.line(&mut bytes)?;
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':') {
                headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
        let mut answer = Answer {
            status,
            headers,
            body: Vec::new(),
            bytes,
        };
        if answer
            .header("transfer-encoding")
            .is_some_and(|value| value.eq_ignore_ascii_case("chunked"))
        {
            self.read_chunks(&mut answer)?;
        } else if let Some(length) = answer.header("content-length").and_then(|text| text.parse().ok())
            && status != 304
        {
            self.read_exactly(length, &mut answer)?;
        }
        Ok(answer)
    }

    fn line(&mut self, bytes: &mut u64) -> std::io::Result<String> {
        let mut line = String::new();
        let read = self.reader.read_line(&mut line)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        *bytes += read as u64;
        line.truncate(line.trim_end().len());
        Ok(line)
    }

    fn read_exactly(&mut self, length: usize, answer: &mut Answer) -> std::io::Result<()> {
        let start = answer.body.len();
        answer.body.resize(start + length, 0);
        self.reader.read_exact(&mut answer.body[start..])?;
        answer.bytes += length as u64;
        Ok(())
    }

    fn read_chunks(&mut self, answer: &mut Answer) -> std::io::Result<()> {
        loop {
            let mut bytes = 0;
            let size = self.line(&mut bytes)?;
            let size = size.split(';').next().unwrap_or_default();
            let length = usize::from_str_radix(size.trim(), 16).map_err(std::io::Error::other)?;
            self.read_exactly(length, answer)?;
            let end = self.line(&mut bytes)?;
            answer.bytes += bytes;
            if length == 0 && end.is_empty() {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// A server that answers the bytes in `answers`, one per request, on one connection.
    fn connected_to(answers: &'static [&'static str]) -> Connection {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let host = listener.local_addr().expect("an address").to_string();
        thread::spawn(move || {
            let (stream, _) = listener.accept().expect("a client");
            let mut reader = BufReader::new(stream);
            for answer in answers {
                let mut line = String::new();
                while line != "\r\n" {
                    line.clear();
                    reader.read_line(&mut line).expect("a request");
                }
                reader.get_mut().write_all(answer.as_bytes()).expect("written");
            }
        });
        Connection::open(&host).expect("connected")
    }

    #[test]
    fn answers_of_every_framing_are_read_whole_on_one_connection() {
        let mut connection = connected_to(&[
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: \"a\"\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        ]);
        let request = connection.request("/", "");
        let answers: Vec<Answer> = (0..4)
            .map(|_| connection.exchange(&request).expect("answered"))
            .collect();
        let bodies: Vec<&[u8]> = answers.iter().map(|answer| answer.body.as_slice()).collect();
        assert_eq!(bodies, [&b"hello"[..], b"hello", b"", b""]);
        assert_eq!(answers[0].bytes, 43);
        assert_eq!(answers[2].status, 304);
        assert_eq!(answers[2].header("etag"), Some("\"a\""));
    }

    #[test]
    fn an_answer_that_is_no_success_is_told_with_its_body() {
        let mut connection = connected_to(&["HTTP/1.1 503 No\r\nContent-Length: 4\r\n\r\ndown"]);
        let failure = connection.get("/x").map(|_| ()).expect_err("503").to_string();
        assert_eq!(failure, "GET /x answered 503: down");
    }
}
