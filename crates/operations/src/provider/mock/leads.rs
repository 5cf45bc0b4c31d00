//! Twelve mock leads: every status, every grade and none, flagged and not, with and without data.

use std::cmp::Reverse;

use aicmo_shared::lead::{
    CompanySize, ConsentEvent, ConsentOrigin, ConsentStatus, GradeFilter, IdentityKind, Lead, LeadEvent,
    LeadEventKind, LeadFilter, LeadGrade, LeadRow, LeadSort, LeadSource, LeadStatus, LeadTier, LeadView,
    LostReason, ReviewType,
};
use aicmo_shared::{LeadId, Timestamp};
use aicmo_store::leads::{LeadRecord, matches_words};

use super::{DAY, HOUR, MINUTE, ago, campaigns, id, some};

/// What tells one mock lead from another.
struct Row {
    name: &'static str,
    company: Option<&'static str>,
    title: Option<&'static str>,
    email: Option<&'static str>,
    source: LeadSource,
    status: LeadStatus,
    grade: Option<LeadGrade>,
    /// Lead score and intent score, in hundredths; none until scored.
    scores: Option<(u8, u8)>,
    flag: Option<ReviewType>,
    consent: ConsentStatus,
    campaign: Option<usize>,
    hours_old: i64,
}

const fn row(name: &'static str, source: LeadSource, status: LeadStatus, hours_old: i64) -> Row {
    Row {
        name,
        company: None,
        title: None,
        email: None,
        source,
        status,
        grade: None,
        scores: None,
        flag: None,
        consent: ConsentStatus::Unknown,
        campaign: None,
        hours_old,
    }
}

/// Newest first.
const ROWS: [Row; 12] = [
    row("Mock Harbor Supplies", LeadSource::Csv, LeadStatus::New, 2),
    Row {
        company: Some("Mock Paper Works"),
        title: Some("Buyer"),
        email: Some("ben.cole@paper.example"),
        grade: Some(LeadGrade::D),
        scores: Some((22, 10)),
        campaign: Some(4),
        ..row("Mock Ben Cole", LeadSource::Other, LeadStatus::New, 9)
    },
    Row {
        company: Some("Mock Orchard"),
        title: Some("Owner"),
        email: Some("cara.ito@orchard.example"),
        grade: Some(LeadGrade::C),
        scores: Some((48, 30)),
        ..row("Mock Cara Ito", LeadSource::Manual, LeadStatus::New, 26)
    },
    Row {
        company: Some("Mock Freight"),
        title: Some("Head of Operations"),
        email: Some("dana.ruiz@freight.example"),
        grade: Some(LeadGrade::B),
        scores: Some((66, 40)),
        flag: Some(ReviewType::Identity),
        ..row("Mock Dana Ruiz", LeadSource::Csv, LeadStatus::ManualReview, 31)
    },
    Row {
        company: Some("Mock Bakery"),
        title: Some("Marketing Lead"),
        email: Some("emil.novak@bakery.example"),
        grade: Some(LeadGrade::B),
        scores: Some((64, 55)),
        flag: Some(ReviewType::Message),
        campaign: Some(0),
        ..row("Mock Emil Novak", LeadSource::Apollo, LeadStatus::Contacted, 50)
    },
    Row {
        company: Some("Mock Studio"),
        title: Some("Partner"),
        email: Some("fay.okoro@studio.example"),
        grade: Some(LeadGrade::C),
        scores: Some((51, 30)),
        consent: ConsentStatus::Consented,
        campaign: Some(0),
        ..row("Mock Fay Okoro", LeadSource::Csv, LeadStatus::Contacted, 72)
    },
    Row {
        email: Some("g.lind@example.org"),
        campaign: Some(0),
        ..row("Mock Gita Lind", LeadSource::Other, LeadStatus::Contacted, 96)
    },
    Row {
        company: Some("Mock Optics"),
        title: Some("CTO"),
        email: Some("hana.sato@optics.example"),
        grade: Some(LeadGrade::C),
        scores: Some((57, 45)),
        campaign: Some(2),
        ..row("Mock Hana Sato", LeadSource::Apollo, LeadStatus::Enriched, 120)
    },
    Row {
        company: Some("Mock Solar"),
        title: Some("Director of Sales"),
        email: Some("ivo.marek@solar.example"),
        grade: Some(LeadGrade::B),
        scores: Some((74, 82)),
        consent: ConsentStatus::Consented,
        campaign: Some(0),
        ..row("Mock Ivo Marek", LeadSource::Manual, LeadStatus::Replied, 150)
    },
    Row {
        company: Some("Mock Clinic"),
        title: Some("Chief Executive"),
        email: Some("june.park@clinic.example"),
        grade: Some(LeadGrade::A),
        scores: Some((91, 40)),
        campaign: Some(0),
        ..row("Mock June Park", LeadSource::Csv, LeadStatus::Qualified, 200)
    },
    Row {
        company: Some("Mock Robotics"),
        title: Some("VP Growth"),
        email: Some("kim.vega@robotics.example"),
        grade: Some(LeadGrade::A),
        scores: Some((86, 61)),
        campaign: Some(2),
        ..row("Mock Kim Vega", LeadSource::Apollo, LeadStatus::Routed, 260)
    },
    Row {
        company: Some("Mock Travel"),
        title: Some("Assistant"),
        email: Some("leo.brandt@travel.example"),
        grade: Some(LeadGrade::D),
        scores: Some((18, 90)),
        consent: ConsentStatus::Dnc,
        campaign: Some(3),
        ..row("Mock Leo Brandt", LeadSource::Csv, LeadStatus::Lost, 900)
    },
];

/// All twelve, newest first.
pub(super) fn all() -> Vec<Lead> {
    ROWS.iter()
        .enumerate()
        .map(|(index, row)| lead(index, row))
        .collect()
}

fn id_of(index: usize) -> LeadId {
    let hours = ROWS.get(index).map_or(0, |row| row.hours_old);
    LeadId::new(id(
        ago(hours * HOUR),
        u16::try_from(index).unwrap_or_default() + 1,
    ))
}

fn lead(index: usize, row: &Row) -> Lead {
    let created = ago(row.hours_old * HOUR);
    let mut record = LeadRecord::new(id_of(index), row.name, row.source, created);
    record.name_derived = row.email.is_none();
    record.company = row
        .company
        .or(record.name_derived.then_some(row.name))
        .and_then(some);
    record.title = row.title.and_then(some);
    record.email = row.email.and_then(some);
    record.status = row.status;
    record.grade = row.grade;
    record.owner = row.grade.and_then(|_| some("Mock operator"));
    if row.email.is_none() {
        record.phone = some("+43 1 555 0100");
        record.phone_e164 = some("+4315550100");
    }
    if let Some((score, intent)) = row.scores {
        let score = f64::from(score) / 100.0;
        record.lead_score = Some(score);
        record.intent_score = Some(f64::from(intent) / 100.0);
        record.score_coverage = Some(0.75);
        record.tier = Some(tier(score));
        record.conversion_probability = Some(score / 2.0);
        record.grade_reason = some("Score and completeness of the mock set.");
        record.company_size = Some(CompanySize::Small);
        record.industry = some("Mock industry");
        record.location = some("Vienna");
        record.tags = vec!["mock".to_owned()];
    }
    if let Some(flag) = row.flag {
        record.requires_human_review = true;
        record.review_type = Some(flag);
        record.review_reason = some("A person has to look at this one.");
    }
    if row.consent != ConsentStatus::Unknown {
        record.consent_status = row.consent;
        record.consent_at = Some(created.plus_millis(HOUR));
        record.consent_origin = Some(ConsentOrigin::Operator);
    }
    record.last_touch_at = created.plus_millis(HOUR);
    match row.status {
        LeadStatus::Contacted => record.last_contacted_at = Some(created.plus_millis(HOUR)),
        LeadStatus::Replied => {
            record.last_contacted_at = Some(created.plus_millis(HOUR));
            record.last_replied_at = Some(created.plus_millis(DAY));
            record.next_action_at = Some(ago(-HOUR));
        }
        LeadStatus::Lost => record.lost_reason = Some(LostReason::Other),
        LeadStatus::New
        | LeadStatus::Enriched
        | LeadStatus::Qualified
        | LeadStatus::Routed
        | LeadStatus::ManualReview => {}
    }
    record.updated_at = record.last_touch_at;
    let identity = if row.email.is_some() {
        IdentityKind::Email
    } else {
        IdentityKind::Phone
    };
    record.into_lead(row.campaign.and_then(campaigns::reference), vec![identity])
}

const fn tier(score: f64) -> LeadTier {
    if score >= 0.85 {
        LeadTier::Hot
    } else if score >= 0.6 {
        LeadTier::Warm
    } else if score >= 0.4 {
        LeadTier::Cool
    } else {
        LeadTier::Cold
    }
}

/// One of them.
pub(super) fn find(id: LeadId) -> Option<Lead> {
    all().into_iter().find(|lead| lead.row.id == id)
}

/// The lost one, whom the feed speaks of.
pub(super) fn lost() -> LeadId {
    id_of(
        ROWS.iter()
            .position(|row| row.status == LeadStatus::Lost)
            .unwrap_or_default(),
    )
}

/// When the oldest of those that wait for a person came in.
pub(super) fn oldest_triage() -> Option<Timestamp> {
    all()
        .iter()
        .filter(|lead| is_triage(lead))
        .map(|lead| lead.row.created_at)
        .min()
}

fn is_triage(lead: &Lead) -> bool {
    LeadStatus::TRIAGE.contains(&lead.row.status) || lead.row.requires_human_review
}

fn is_intent(lead: &Lead) -> bool {
    lead.row.status != LeadStatus::Lost
        && (lead.row.intent_score.is_some_and(|score| score >= 0.5) || lead.row.grade == Some(LeadGrade::A))
}

fn matches(lead: &Lead, filter: &LeadFilter) -> bool {
    let row = &lead.row;
    let has_grade = |wanted: GradeFilter| match wanted {
        GradeFilter::A => row.grade == Some(LeadGrade::A),
        GradeFilter::B => row.grade == Some(LeadGrade::B),
        GradeFilter::C => row.grade == Some(LeadGrade::C),
        GradeFilter::D => row.grade == Some(LeadGrade::D),
        GradeFilter::Ungraded => row.grade.is_none(),
    };
    let in_view = |view: LeadView| match view {
        LeadView::Triage => is_triage(lead),
        LeadView::Intent => is_intent(lead),
    };
    let has_email = |wanted: &String| {
        row.email
            .as_ref()
            .is_some_and(|email| email.to_lowercase() == wanted.trim().to_lowercase())
    };
    filter.status.is_none_or(|status| row.status == status)
        && filter.grade.is_none_or(has_grade)
        && filter.source.is_none_or(|source| row.source == source)
        && filter
            .campaign
            .is_none_or(|id| row.campaign.as_ref().is_some_and(|it| it.id == id))
        && filter.consent.is_none_or(|consent| row.consent_status == consent)
        && filter
            .review
            .is_none_or(|review| row.requires_human_review == review)
        && filter.view.is_none_or(in_view)
        && filter.email.as_ref().is_none_or(has_email)
        && filter
            .score_from
            .is_none_or(|least| row.lead_score.is_some_and(|score| score >= least))
        && filter
            .score_to
            .is_none_or(|most| row.lead_score.is_some_and(|score| score <= most))
        && filter.created_from.is_none_or(|from| row.created_at >= from)
        && filter.created_to.is_none_or(|to| row.created_at < to)
        && filter.touched_from.is_none_or(|from| row.last_touch_at >= from)
        && filter.touched_to.is_none_or(|to| row.last_touch_at < to)
        && matches_words(lead, filter)
}

/// The rows that match, in order.
pub(super) fn rows(filter: &LeadFilter, sort: LeadSort) -> Vec<LeadRow> {
    let mut leads = all();
    leads.retain(|lead| matches(lead, filter));
    match sort {
        LeadSort::Priority => leads.sort_by(|a, b| {
            let key = |lead: &Lead| {
                (
                    !lead.row.requires_human_review,
                    lead.row.grade.is_none(),
                    lead.row.grade,
                )
            };
            let chance = |lead: &Lead| lead.conversion_probability.unwrap_or(-1.0);
            key(a)
                .cmp(&key(b))
                .then(chance(b).total_cmp(&chance(a)))
                .then(b.row.id.cmp(&a.row.id))
        }),
        LeadSort::Newest => leads.sort_by_key(|lead| Reverse(lead.row.id)),
        LeadSort::Oldest => leads.sort_by_key(|lead| lead.row.id),
        LeadSort::Name => leads.sort_by_key(|lead| (lead.row.name.to_lowercase(), lead.row.id)),
        LeadSort::LastTouch => leads.sort_by_key(|lead| Reverse((lead.row.last_touch_at, lead.row.id))),
    }
    leads.into_iter().map(|lead| lead.row).collect()
}

/// What happened to a mock lead, newest first.
pub(super) fn events(lead: &Lead) -> Vec<LeadEvent> {
    let event = |at, kind, title: String| LeadEvent {
        at,
        kind,
        title,
        detail: None,
        actor: "Mock operator".to_owned(),
    };
    let created = lead.row.created_at;
    let mut events = vec![
        event(
            lead.row.last_touch_at,
            LeadEventKind::Status,
            format!("Mock status {}", lead.row.status),
        ),
        event(
            created.plus_millis(5 * MINUTE),
            LeadEventKind::Edit,
            "Mock edit of the owner".to_owned(),
        ),
        event(
            created,
            LeadEventKind::Touch,
            format!("Mock touch: {}", lead.row.source.label()),
        ),
    ];
    if lead.row.requires_human_review {
        let flagged = "Mock flag for a person".to_owned();
        events.insert(
            0,
            event(
                lead.row.last_touch_at.plus_millis(MINUTE),
                LeadEventKind::Edit,
                flagged,
            ),
        );
    }
    events
}

/// The steps of a mock lead's consent: one where it is known, else none.
pub(super) fn consent(lead: &Lead) -> Vec<ConsentEvent> {
    let step = |given_at| ConsentEvent {
        at: given_at,
        from_status: ConsentStatus::Unknown,
        to_status: lead.row.consent_status,
        given_at,
        origin: lead.consent_origin,
        evidence: Some("Mock evidence".to_owned()),
        reason: Some("Mock reason".to_owned()),
        actor: "Mock operator".to_owned(),
    };
    lead.consent_at.map(step).into_iter().collect()
}
