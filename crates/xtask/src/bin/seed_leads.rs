//! Fills a database with invented leads through the store's own insert path, counters included.
//!
//! The same number gives the same leads every time. A program of its own, compiled with the feature
//! `seed` and started by `cargo xtask bench`: the store takes minutes to compile, and whoever sets up
//! a fresh machine must not wait for it.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::{ActorType, AuditAction};
use aicmo_shared::campaign::{CampaignMode, CampaignObjective, CampaignStatus};
use aicmo_shared::lead::{
    ConsentStatus, IdentityKind, LeadGrade, LeadSource, LeadStatus, LostReason, ReviewType, Utm,
};
use aicmo_shared::{CampaignId, LeadId, Timestamp, TouchId};
use aicmo_store::campaigns::{self, CampaignRecord};
use aicmo_store::identities::{self, IdentityRecord};
use aicmo_store::leads::{self, LeadRecord};
use aicmo_store::touches::{self, TouchRecord};
use aicmo_store::{Actor, AuditEntry, DatabaseTarget, Store, StoreError, StoreSettings, new_id};
use clap::Parser;

/// Which database, and how many leads.
#[derive(Parser)]
struct Options {
    /// The file of an embedded database; created when it is not there.
    #[arg(long)]
    database: PathBuf,
    /// How many leads.
    #[arg(long)]
    leads: u64,
}

/// Leads per transaction.
const BATCH: u64 = 10_000;

/// 2026-01-15T00:00:00Z: the youngest lead. The others spread over the year before it.
const YOUNGEST_MS: i64 = 1_768_435_200_000;
const YEAR_MS: i64 = 365 * 24 * 3600 * 1000;

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(fill(&options))?;
    Ok(())
}

async fn fill(options: &Options) -> Result<(), StoreError> {
    let store = Store::open(&StoreSettings {
        target: DatabaseTarget::Sqlite {
            path: options.database.clone(),
        },
        connect_timeout: Duration::from_secs(10),
        pool_max: 4,
    })
    .await?;
    store.migrate().await?;
    let campaigns = add_campaigns(&store).await?;
    let mut dice = Dice(0x00a1_c300);
    let mut next = 0;
    while next < options.leads {
        let end = (next + BATCH).min(options.leads);
        add_leads(&store, next..end, options.leads, &campaigns, &mut dice).await?;
        next = end;
        println!("seeded {next} of {}", options.leads);
    }
    store.close().await;
    Ok(())
}

async fn add_campaigns(store: &Store) -> Result<Vec<CampaignId>, StoreError> {
    let at = Timestamp::from_millis(YOUNGEST_MS - YEAR_MS);
    let mut ids = Vec::new();
    for number in 1..=20 {
        let record = CampaignRecord {
            id: CampaignId::new(new_id(at)),
            version: 1,
            name: format!("Bench campaign {number}"),
            client: None,
            objective: CampaignObjective::ALL[0],
            description: None,
            status: CampaignStatus::Planned,
            status_reason: None,
            mode: CampaignMode::ALL[0],
            kill_switch: false,
            time_zone: "UTC".to_owned(),
            start_on: None,
            end_on: None,
            created_at: at,
            updated_at: at,
        };
        let tx = store.begin_write().await?;
        campaigns::insert(&tx, &record).await?;
        let subject = (SubjectType::Campaign, Some(record.id.to_string()));
        tx.commit(entry(AuditAction::CampaignCreated, subject, at))
            .await?;
        ids.push(record.id);
    }
    Ok(ids)
}

async fn add_leads(
    store: &Store,
    numbers: std::ops::Range<u64>,
    of: u64,
    campaigns: &[CampaignId],
    dice: &mut Dice,
) -> Result<(), StoreError> {
    let records: Vec<LeadRecord> = numbers.map(|number| lead(number, of, campaigns, dice)).collect();
    let Some(last) = records.last() else {
        return Ok(());
    };
    let at = last.created_at;
    let names: Vec<IdentityRecord> = records.iter().filter_map(identity).collect();
    let contacts: Vec<TouchRecord> = records.iter().map(touch).collect();
    let tx = store.begin_write().await?;
    leads::insert(&tx, &records).await?;
    identities::insert(&tx, &names).await?;
    touches::append(&tx, &contacts).await?;
    tx.commit(entry(
        AuditAction::ImportChunkCommitted,
        (SubjectType::System, None),
        at,
    ))
    .await
}

fn entry(
    action: AuditAction,
    (subject_type, subject_id): (SubjectType, Option<String>),
    at: Timestamp,
) -> AuditEntry {
    AuditEntry {
        actor: Actor {
            kind: ActorType::System,
            id: "bench".to_owned(),
        },
        action,
        subject_type,
        subject_id,
        campaign: None,
        before: None,
        after: None,
        reason: None,
        request_id: "bench".to_owned(),
        at,
    }
}

/// Lead `number` of `of`, older ones first. The shares are those of a workspace at work: most leads
/// are new or enriched, one in twenty is flagged, six in ten have no known consent.
fn lead(number: u64, of: u64, campaigns: &[CampaignId], dice: &mut Dice) -> LeadRecord {
    let step = YEAR_MS / i64::try_from(of.max(1)).unwrap_or(i64::MAX);
    let age = i64::try_from(of - number).unwrap_or_default() * step;
    let at = Timestamp::from_millis(YOUNGEST_MS - age);
    let first = dice.pick(&[
        "Ada", "Ben", "Chloe", "Dmitri", "Elif", "Farid", "Grace", "Hugo", "Ines", "Jonas",
    ]);
    let family = dice.pick(&[
        "Adler", "Brandt", "Costa", "Dubois", "Egede", "Ferrari", "Gruber", "Hansen",
    ]);
    let company = format!("Company {}", dice.below(200_000));
    let mut record = LeadRecord::new(
        LeadId::new(new_id(at)),
        format!("{first} {family} {number}"),
        dice.weighted(&[
            (70, LeadSource::Csv),
            (15, LeadSource::Manual),
            (10, LeadSource::Apollo),
            (5, LeadSource::Other),
        ]),
        at,
    );
    record.first_name = Some(first.to_owned());
    record.last_name = Some(format!("{family} {number}"));
    record.company = Some(company);
    record.title = Some(
        dice.pick(&["Founder", "Head of Marketing", "CTO", "Buyer"])
            .to_owned(),
    );
    record.email = Some(format!("lead{number}@company{}.example", number % 200_000));
    record.status = dice.weighted(&[
        (40, LeadStatus::New),
        (20, LeadStatus::Enriched),
        (15, LeadStatus::Contacted),
        (5, LeadStatus::Replied),
        (5, LeadStatus::Qualified),
        (5, LeadStatus::Routed),
        (5, LeadStatus::ManualReview),
        (5, LeadStatus::Lost),
    ]);
    if record.status == LeadStatus::Lost {
        record.lost_reason = Some(LostReason::LowIcpFit);
    }
    record.consent_status = dice.weighted(&[
        (60, ConsentStatus::Unknown),
        (35, ConsentStatus::Consented),
        (5, ConsentStatus::Dnc),
    ]);
    if dice.below(100) < 60 {
        record.grade = Some(dice.weighted(&[
            (10, LeadGrade::A),
            (25, LeadGrade::B),
            (40, LeadGrade::C),
            (25, LeadGrade::D),
        ]));
        record.conversion_probability = Some(dice.share());
        record.lead_score = Some(dice.share());
        record.intent_score = Some(dice.share());
        record.score_coverage = Some(1.0);
    }
    if dice.below(100) < 5 {
        record.requires_human_review = true;
        record.review_type = Some(ReviewType::Other);
        record.review_reason = Some("drawn by lot".to_owned());
    }
    if dice.below(100) < 10 {
        record.tags = vec![dice.pick(&["fair 2025", "webinar", "partner"]).to_owned()];
    }
    if dice.below(100) < 50 {
        record.owner = Some(
            dice.pick(&["Grace Hopper", "Alan Turing", "Mary Jackson"])
                .to_owned(),
        );
    }
    if dice.below(100) < 80 {
        record.campaign = Some(dice.pick(campaigns));
    }
    record
}

fn identity(lead: &LeadRecord) -> Option<IdentityRecord> {
    let email = lead.email.clone()?;
    Some(IdentityRecord {
        lead: lead.id,
        kind: IdentityKind::Email,
        // Any text that is unique will do: nobody looks these leads up by their keyed hash.
        hash: format!("{:0>64}", lead.id.get().simple()),
        value: Some(email),
        is_key: true,
    })
}

fn touch(lead: &LeadRecord) -> TouchRecord {
    TouchRecord {
        id: TouchId::new(new_id(lead.created_at)),
        lead: lead.id,
        campaign: lead.campaign,
        source: lead.source,
        source_channel: None,
        source_ref: Some(format!("bench:{}", lead.id)),
        utm: Utm::default(),
        import: None,
        touched_at: lead.created_at,
    }
}

/// SplitMix64: small, fast, the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.roll() % end.max(1)
    }

    /// Between 0 and 1, two decimals.
    fn share(&mut self) -> f64 {
        f64::from(u32::try_from(self.below(101)).unwrap_or_default()) / 100.0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let index = usize::try_from(self.below(from.len() as u64)).unwrap_or_default();
        from[index]
    }

    /// One of the values by its percentage.
    fn weighted<T: Copy>(&mut self, from: &[(u64, T)]) -> T {
        let mut left = self.below(from.iter().map(|(weight, _)| weight).sum());
        for (weight, value) in from {
            if left < *weight {
                return *value;
            }
            left -= weight;
        }
        from[0].1
    }
}
