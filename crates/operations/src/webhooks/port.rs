//! The door to the outside through which webhooks leave. What stands behind it knows no database and
//! decides nothing but how a message travels.

use aicmo_shared::webhook::AttemptFault;
use async_trait::async_trait;

/// One attempt, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub url: String,
    /// The same in every attempt of a delivery.
    pub id: String,
    /// Of this attempt, in seconds since 1970.
    pub timestamp: i64,
    /// One per secret, with a space in between.
    pub signatures: String,
    /// The very bytes that are signed.
    pub body: String,
}

/// What the receiver said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// At most `KEPT_ANSWER` bytes of its body.
    pub beginning: String,
}

/// Whether messages can leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayOut {
    Open,
    /// This process sends none.
    Closed,
    /// This process would send some and cannot.
    Broken,
}

/// Sends messages. Redirects are answers, and an address inside a network is never called.
#[async_trait]
pub trait WebhookPort: Send + Sync {
    /// Looks at the text of an address alone; what its name leads to is looked at when it is used.
    ///
    /// # Errors
    /// A sentence for whoever typed it.
    fn check(&self, url: &str) -> Result<(), &'static str>;

    /// Sends one message, in bounded time.
    ///
    /// # Errors
    /// Why there is no answer.
    async fn post(&self, message: Message) -> Result<Answer, AttemptFault>;

    /// Whether it is worth while to post anything.
    fn way_out(&self) -> WayOut {
        WayOut::Open
    }
}

/// The door of a process that sends nothing: the commands that only look.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoWayOut;

#[async_trait]
impl WebhookPort for NoWayOut {
    fn check(&self, _: &str) -> Result<(), &'static str> {
        Err("This process sends no webhooks.")
    }

    async fn post(&self, _: Message) -> Result<Answer, AttemptFault> {
        Err(AttemptFault::Unreachable)
    }

    fn way_out(&self) -> WayOut {
        WayOut::Closed
    }
}

/// The door of a server on a machine that cannot speak HTTPS: what would leave waits.
#[derive(Clone, Copy, Debug, Default)]
pub struct BrokenWayOut;

#[async_trait]
impl WebhookPort for BrokenWayOut {
    fn check(&self, _: &str) -> Result<(), &'static str> {
        Err("This server cannot send webhooks; Diagnostics say why.")
    }

    async fn post(&self, _: Message) -> Result<Answer, AttemptFault> {
        Err(AttemptFault::Unreachable)
    }

    fn way_out(&self) -> WayOut {
        WayOut::Broken
    }
}
