//! Clients that write and remember what they were told, for servers that are killed under them.
//!
//! Each client works on leads of its own, so what it was told must be what is there. A write whose
//! answer never came may have happened or not; its lead is left alone and both outcomes are right.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aicmo_client::{Client, ClientError, Retries};
use aicmo_shared::LeadId;
use aicmo_shared::Timestamp;
use aicmo_shared::api::{ChangeLeadStatus, CreateLead, GetLead, NoQuery, PatchLead};
use aicmo_shared::closed_enum::Lifecycle as _;
use aicmo_shared::lead::{LeadDraft, LeadOutcome, LeadPatch, LeadStatus, LeadStatusChange};
use aicmo_shared::patch::Patch;
use aicmo_store::{Reader, counters, leads, verify_audit_chain};
use tokio::sync::Notify;

/// What a lead looks like as far as its client was told.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    version: i64,
    title: Option<String>,
    status: LeadStatus,
}

/// A lead of a client.
#[derive(Debug)]
struct Mine {
    id: LeadId,
    told: Known,
    /// What it is instead, if a write without an answer happened after all.
    perhaps: Option<Known>,
}

/// One client with everything it was told.
#[derive(Debug)]
pub struct Writer {
    name: String,
    created: usize,
    mine: Vec<Mine>,
    turn: usize,
    /// Writes that were answered.
    pub told: usize,
    /// Writes that ended in an error.
    pub failed: usize,
}

/// Counts what all writers were told, and wakes who waits for it.
#[derive(Debug, Default)]
pub struct Tally {
    told: AtomicUsize,
    moved: Notify,
}

impl Tally {
    fn count(&self) {
        self.told.fetch_add(1, Ordering::SeqCst);
        self.moved.notify_waiters();
    }

    /// Writes that were answered.
    pub fn told(&self) -> usize {
        self.told.load(Ordering::SeqCst)
    }

    /// Waits until `more` writes were answered beyond those so far.
    pub async fn moves_by(&self, more: usize) {
        let goal = self.told() + more;
        let reached = async {
            loop {
                let moved = self.moved.notified();
                if self.told() >= goal {
                    break;
                }
                moved.await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), reached)
            .await
            .unwrap_or_else(|_| panic!("no {more} writes were answered in a minute"));
    }
}

impl Writer {
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            created: 0,
            mine: Vec::new(),
            turn: 0,
            told: 0,
            failed: 0,
        }
    }

    /// Writes until a write fails, or `enough` writes were answered.
    pub async fn write_until_it_fails(
        &mut self,
        client: &Client,
        tally: &Tally,
        enough: usize,
    ) -> Option<ClientError> {
        // A failure is to be seen, and not to be tried again.
        let client = &client.clone().with_retries(Retries::NONE);
        let goal = self.told.saturating_add(enough);
        while self.told < goal {
            match self.write_once(client).await {
                Ok(()) => {
                    self.told += 1;
                    tally.count();
                }
                Err(error) => {
                    self.failed += 1;
                    return Some(error);
                }
            }
        }
        None
    }

    /// A creation, an edit and a step in turn.
    async fn write_once(&mut self, client: &Client) -> Result<(), ClientError> {
        self.turn += 1;
        match self.turn % 3 {
            1 => self.create(client).await,
            2 => self.edit(client).await,
            _ => self.step(client).await,
        }
    }

    async fn create(&mut self, client: &Client) -> Result<(), ClientError> {
        self.created += 1;
        let email = format!("{}-{}@crash.example", self.name, self.created);
        let draft = LeadDraft {
            name: Some(format!("{} {}", self.name, self.created)),
            email: Some(email.clone()),
            ..LeadDraft::default()
        };
        let made = client.command::<CreateLead>(&[], &draft, None).await?;
        assert_eq!(made.outcome, LeadOutcome::New, "{email}");
        let row = made.lead.row;
        self.mine.push(Mine {
            id: row.id,
            told: Known {
                version: row.version,
                title: row.title,
                status: row.status,
            },
            perhaps: None,
        });
        Ok(())
    }

    /// The newest lead that is as it was told.
    fn certain(&mut self) -> Option<&mut Mine> {
        self.mine.iter_mut().rev().find(|mine| mine.perhaps.is_none())
    }

    async fn edit(&mut self, client: &Client) -> Result<(), ClientError> {
        let title = format!("Title {}", self.turn);
        let Some(mine) = self.certain() else {
            return self.create(client).await;
        };
        let patch = LeadPatch {
            title: Patch::Set(title.clone()),
            ..LeadPatch::default()
        };
        let wanted = Known {
            version: mine.told.version + 1,
            title: Some(title),
            ..mine.told.clone()
        };
        let id = mine.id.to_string();
        let answer = client
            .command::<PatchLead>(&[&id], &patch, Some(mine.told.version))
            .await;
        settle(mine, wanted, answer.map(|lead| lead.row.version))
    }

    async fn step(&mut self, client: &Client) -> Result<(), ClientError> {
        let next = self.certain().and_then(|mine| {
            let forward = |to: &LeadStatus| *to != LeadStatus::Lost;
            let to = mine.told.status.successors().iter().copied().find(forward)?;
            Some((mine, to))
        });
        let Some((mine, to)) = next else {
            return self.create(client).await;
        };
        let step = LeadStatusChange {
            to,
            reason_code: None,
            reason: Some("asked by the client".to_owned()),
        };
        let wanted = Known {
            version: mine.told.version + 1,
            status: to,
            ..mine.told.clone()
        };
        let id = mine.id.to_string();
        let answer = client
            .command::<ChangeLeadStatus>(&[&id], &step, Some(mine.told.version))
            .await;
        settle(mine, wanted, answer.map(|lead| lead.row.version))
    }

    /// Compares everything that was told with what `client` reads.
    pub async fn finds_all_through(&self, client: &Client) {
        for mine in &self.mine {
            let id = mine.id.to_string();
            let lead = client
                .read::<GetLead>(&[&id], &NoQuery {})
                .await
                .expect("an acknowledged lead is there");
            let row = &lead.data().row;
            self.accepts(mine, row.version, row.title.as_deref(), row.status);
        }
    }

    /// Compares everything that was told with the rows.
    pub async fn finds_all_in(&self, reader: &Reader) {
        for mine in &self.mine {
            let row = leads::get(reader, mine.id)
                .await
                .expect("an acknowledged lead is there")
                .row;
            self.accepts(mine, row.version, row.title.as_deref(), row.status);
        }
    }

    fn accepts(&self, mine: &Mine, version: i64, title: Option<&str>, status: LeadStatus) {
        let found = Known {
            version,
            title: title.map(str::to_owned),
            status,
        };
        assert!(
            found == mine.told || Some(&found) == mine.perhaps.as_ref(),
            "{} was told {:?}, and at most {:?}, of {}, and there is {found:?}",
            self.name,
            mine.told,
            mine.perhaps,
            mine.id
        );
    }
}

/// Takes down what an answer says, or that there was none.
fn settle(mine: &mut Mine, wanted: Known, version: Result<i64, ClientError>) -> Result<(), ClientError> {
    match version {
        Ok(version) => {
            assert_eq!(version, wanted.version, "one write is one version");
            mine.told = wanted;
            Ok(())
        }
        Err(error) => {
            mine.perhaps = Some(wanted);
            Err(error)
        }
    }
}

/// What must hold however the servers ended: every acknowledged write, counters equal to their rows,
/// and an audit trail without a gap that knows every write.
pub async fn assert_nothing_lost(reader: &Reader, writers: &[Writer]) {
    let rows = assert_sound_with(reader, writers).await;
    let told: usize = writers.iter().map(|writer| writer.told).sum();
    let failed: usize = writers.iter().map(|writer| writer.failed).sum();
    assert!(
        rows >= told,
        "{told} writes were acknowledged and {rows} rows are in the trail"
    );
    assert!(
        rows <= told + failed + 10,
        "{rows} rows for {told} writes and {failed} failures"
    );
}

/// The same beside other work, which has rows of its own in the trail; answers how many there are.
pub async fn assert_sound_with(reader: &Reader, writers: &[Writer]) -> usize {
    for writer in writers {
        writer.finds_all_in(reader).await;
    }
    let counters = counters::compare(reader, Timestamp::from_millis(0))
        .await
        .expect("compared");
    assert!(
        counters.compared > 0 && counters.mismatches.is_empty(),
        "{counters:?}"
    );
    let chain = verify_audit_chain(reader).await.expect("the chain can be read");
    assert!(chain.broken.is_none(), "{:?}", chain.broken);
    usize::try_from(chain.rows).expect("a number")
}
