//! The body of an answer, handed over in pieces.
//!
//! The framework copies each piece into the buffer of its connection: whole, a large file would
//! stand in memory once for every client that is slow to take it.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;

use super::Visit;

/// The largest piece, in bytes.
const PIECE: usize = 32 * 1024;

/// `body` in pieces where it is large; `visit` ends with its last byte.
pub fn paced(body: BoxBody, visit: Option<Visit>) -> BoxBody {
    match body.try_into_bytes() {
        Ok(bytes) if bytes.len() <= PIECE => BoxBody::new(bytes),
        Ok(bytes) => BoxBody::new(Pieces { bytes, _visit: visit }),
        Err(body) => BoxBody::new(Streamed { body, _visit: visit }),
    }
}

struct Pieces {
    bytes: Bytes,
    _visit: Option<Visit>,
}

impl MessageBody for Pieces {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.bytes.len() as u64)
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        let bytes = &mut self.get_mut().bytes;
        let piece = bytes.split_to(bytes.len().min(PIECE));
        Poll::Ready((!piece.is_empty()).then_some(Ok(piece)))
    }
}

/// A body that comes in pieces by itself.
struct Streamed {
    body: BoxBody,
    _visit: Option<Visit>,
}

impl MessageBody for Streamed {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, <BoxBody as MessageBody>::Error>>> {
        self.get_mut().body.as_pin_mut().poll_next(cx)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn a_large_body_comes_in_pieces_and_whole() {
        let whole: Bytes = (0..3 * PIECE + 7)
            .map(|at| u8::try_from(at % 251).expect("a byte"))
            .collect::<Vec<_>>()
            .into();
        let body = paced(BoxBody::new(whole.clone()), None);
        assert_eq!(body.size(), BodySize::Sized(whole.len() as u64));
        let mut body = body.try_into_bytes().expect_err("not in one piece");
        let waker = futures_util::task::noop_waker();
        let mut context = Context::from_waker(&waker);
        let Poll::Ready(Some(Ok(first))) = body.as_pin_mut().poll_next(&mut context) else {
            panic!("a piece is there");
        };
        assert_eq!(first.len(), PIECE);
        let rest = to_bytes(body).await.expect("the rest");
        assert_eq!([first, rest].concat(), whole);
        let small = paced(BoxBody::new("small"), None);
        assert!(small.try_into_bytes().is_ok());
    }
}
