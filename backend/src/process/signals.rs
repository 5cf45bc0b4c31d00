//! The signals that ask the process to end.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Stop;

/// Listens for SIGTERM and SIGINT from its creation on.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Begins to listen.
    ///
    /// # Errors
    /// When the operating system does not let us.
    pub fn listen() -> Result<Self, Stop> {
        let refuse = |_| Stop::fatal("The signals that end this process cannot be listened to.");
        Ok(Self {
            terminate: signal(SignalKind::terminate()).map_err(refuse)?,
            interrupt: signal(SignalKind::interrupt()).map_err(refuse)?,
        })
    }

    /// Waits until one of them comes.
    pub async fn received(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
