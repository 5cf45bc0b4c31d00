//! A connection whose client may not be silent, nor leave its answer unread, for as long as it likes.
//!
//! The framework limits the first head of a connection and the pause between requests; this limits
//! every head, and what is not taken of an answer.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::rt::net::TcpStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::crowd::{Guest, Place};

/// The stream under the protocol.
pub struct Stream {
    io: TcpStream,
    place: Place,
    silence: Option<Pin<Box<Sleep>>>,
    stall: Option<Pin<Box<Sleep>>>,
}

impl Stream {
    /// `io` at its place in the crowd.
    pub fn new(io: TcpStream, place: Place) -> Self {
        Self {
            io,
            place,
            silence: None,
            stall: None,
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
