//! A gate before a PostgreSQL server: closed it ends every connection, open it forwards.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A gate, and the URL that leads through it.
pub struct Gate {
    state: Arc<Mutex<State>>,
    url: String,
}

#[derive(Default)]
struct State {
    is_open: bool,
    refused: usize,
    through: Vec<TcpStream>,
}

impl Gate {
    /// A closed gate before the server of `url`.
    pub fn before(url: &str) -> Self {
        let (front, rest) = url.split_once("://").expect("a URL");
        let (authority, database) = rest.split_once('/').expect("a database");
        let (user, server) = authority.rsplit_once('@').unwrap_or(("postgres", authority));
        let server = if server.contains(':') {
            server.to_owned()
        } else {
            format!("{server}:5432")
        };
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::<Mutex<State>>::default();
        let gatekeeper = Arc::clone(&state);
        std::thread::spawn(move || {
            for visitor in listener.incoming().map_while(Result::ok) {
                let mut state = gatekeeper.lock().expect("the gate");
                if !state.is_open {
                    state.refused += 1;
                } else if let Ok(ends) = forward(visitor, &server) {
                    state.through.extend(ends);
                }
            }
        });
        Self {
            state,
            url: Self::through(front, user, address, database),
        }
    }

    fn through(front: &str, user: &str, address: SocketAddr, database: &str) -> String {
        format!("{front}://{user}@{address}/{database}")
    }

    /// The database, seen through the gate.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many visitors found it closed.
    pub fn refused(&self) -> usize {
        self.state.lock().expect("the gate").refused
    }

    pub fn open(&self) {
        self.state.lock().expect("the gate").is_open = true;
    }

    /// Ends every connection that went through.
    pub fn close(&self) {
        let mut state = self.state.lock().expect("the gate");
        state.is_open = false;
        for end in state.through.drain(..) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }
}

/// Copies both ways until either side ends; answers a handle of each end.
fn forward(visitor: TcpStream, server: &str) -> io::Result<[TcpStream; 2]> {
    let server = TcpStream::connect(server)?;
    let ends = [visitor.try_clone()?, server.try_clone()?];
    for (mut from, mut to) in [(visitor.try_clone()?, server.try_clone()?), (server, visitor)] {
        std::thread::spawn(move || {
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
    Ok(ends)
}
