//! A connection whose client may not be silent, nor leave its answer unread, for as long as it likes.
//!
//! The framework limits the first head of a connection and the pause between requests; this limits
//! every head, and what is not taken of an answer. What the framework says by itself is replaced here
//! by what we say.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::rt::net::TcpStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::crowd::{Guest, Place};
use super::{Refusals, bare};

/// The stream under the protocol.
pub struct Stream {
    io: TcpStream,
    place: Place,
    silence: Option<Pin<Box<Sleep>>>,
    stall: Option<Pin<Box<Sleep>>>,
    refusals: Arc<dyn Refusals>,
    instead: Option<Instead>,
}

/// What is written in the place of something else.
struct Instead {
    bytes: Vec<u8>,
    written: usize,
    /// How many bytes its writer believes to have written.
    stands_for: usize,
}

impl Stream {
    /// `io` at its place in the crowd.
    pub fn new(io: TcpStream, place: Place, refusals: Arc<dyn Refusals>) -> Self {
        Self {
            io,
            place,
            silence: None,
            stall: None,
            refusals,
            instead: None,
        }
    }

    /// What the front door tells about the requests of this connection.
    pub fn guest(&self) -> Rc<Guest> {
        Rc::clone(&self.place.guest)
    }

    /// After nothing could be written.
    fn stalled(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let until = self.place.guest.stalls_until(Instant::now());
        if has_passed(&mut self.stall, until, cx) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }

    fn written(&mut self, outcome: Poll<io::Result<usize>>, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        match outcome {
            Poll::Pending => self.stalled(cx),
            Poll::Ready(written) => {
                if let Ok(bytes) = written {
                    self.place.guest.took(bytes, Instant::now());
                }
                Poll::Ready(written)
            }
        }
    }

    /// Writes what stands in the place of a bare answer, to its end.
    fn write_instead(&mut self, mut instead: Instead, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        while instead.written < instead.bytes.len() {
            let written = Pin::new(&mut self.io).poll_write(cx, &instead.bytes[instead.written..]);
            match self.written(written, cx) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(bytes)) => instead.written += bytes,
                Poll::Ready(Err(cause)) => return Poll::Ready(Err(cause)),
                Poll::Pending => {
                    self.instead = Some(instead);
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(Ok(instead.stands_for))
    }

    fn still_welcome(&self) -> io::Result<()> {
        if self.place.guest.is_sent_away() {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Ok(())
    }
}

/// Whether `until` has passed; if not, the task is woken then.
fn has_passed(timer: &mut Option<Pin<Box<Sleep>>>, until: Instant, cx: &mut Context<'_>) -> bool {
    let timer = timer.get_or_insert_with(|| Box::pin(sleep_until(until)));
    if timer.deadline() != until {
        timer.as_mut().reset(until);
    }
    timer.as_mut().poll(cx).is_ready()
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.still_welcome()?;
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.io).poll_read(cx, buffer);
        if read.is_ready() {
            if buffer.filled().len() > before {
                self.place.guest.heard(Instant::now());
            }
            return read;
        }
        self.place.guest.listens(cx.waker());
        let Some(until) = self.place.guest.silent_until() else {
            return Poll::Pending;
        };
        if has_passed(&mut self.silence, until, cx) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.still_welcome()?;
        if let Some(begun) = self.instead.take() {
            return self.write_instead(begun, cx);
        }
        let found = self.place.guest.is_waiting().then(|| bare::find(bytes));
        let bytes = match found.flatten() {
            Some((0, what)) => {
                let instead = Instead {
                    bytes: self.refusals.instead_of(what),
                    written: 0,
                    stands_for: bytes.len(),
                };
                return self.write_instead(instead, cx);
            }
            // First what stands before it.
            Some((at, _)) => &bytes[..at],
            None => bytes,
        };
        let written = Pin::new(&mut self.io).poll_write(cx, bytes);
        self.written(written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.still_welcome()?;
        let written = Pin::new(&mut self.io).poll_write_vectored(cx, pieces);
        self.written(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Called only when everything was written.
        self.place.guest.took_all();
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
