//! Each reason to keep a lead by itself, and the way back of known leads.

use aicmo_shared::import::{FieldChange, RowVerdict};
use aicmo_shared::lead::{LeadSource, LeadStatus};
use aicmo_shared::{ImportId, LeadId};
use uuid::Uuid;

use super::*;

fn import() -> ImportId {
    ImportId::new(Uuid::from_u128(7))
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn row(row_number: u64, changes: &[(&str, Option<&str>, Option<&str>)]) -> ImportRowRecord {
    ImportRowRecord {
        import: import(),
        row_number,
        raw: Vec::new(),
        verdict: RowVerdict::Merged,
        name: None,
        email: None,
        company: None,
        notes: Vec::new(),
        fills: Vec::new(),
        lead: Some(LeadId::new(Uuid::from_u128(1))),
        committed_at: Some(at(1)),
        changes: changes
            .iter()
            .map(|(field, before, after)| FieldChange {
                field: (*field).to_owned(),
                before: before.map(str::to_owned),
                after: after.map(str::to_owned),
            })
            .collect(),
        undo: None,
        kept: Vec::new(),
    }
}

/// What row 2 made of a new person.
fn made() -> LeadRecord {
    let id = LeadId::new(Uuid::from_u128(1));
    LeadRecord {
        source_ref: Some(source_ref(import(), 2)),
        email: Some("ada@example.org".to_owned()),
        ..LeadRecord::new(id, "Ada", LeadSource::Csv, at(1))
    }
}

fn own_ties() -> Ties {
    Ties {
        steps: 1,
        last_own_touch_at: Some(at(1)),
        ..Ties::default()
    }
}

fn reasons(lead: &LeadRecord, ties: Ties) -> Vec<KeptReason> {
    let row = row(2, &[]);
    let decision = decide(lead, &[&row], ties, Some(made()));
    let fate = if decision.rows[0].kept.is_empty() {
        Fate::TakenBack
    } else {
        Fate::Kept
    };
    assert_eq!(decision.fate, fate);
    decision.rows[0].kept.clone()
}

#[test]
fn a_lead_that_is_what_its_rows_made_of_it_goes() {
    assert_eq!(reasons(&made(), own_ties()), []);
    let scored = LeadRecord {
        lead_score: Some(0.5),
        version: 9,
        updated_at: at(5),
        ..made()
    };
    assert_eq!(
        reasons(&scored, own_ties()),
        [],
        "what rules compute is nobody's work"
    );

    let filled = LeadRecord {
        company: Some("Engine".to_owned()),
        tags: vec!["fair".to_owned()],
        ..made()
    };
    let rows = [
        row(2, &[]),
        row(
            3,
            &[("company", None, Some("Engine")), ("tags", None, Some("fair"))],
        ),
    ];
    let decision = decide(&filled, &[&rows[0], &rows[1]], own_ties(), Some(made()));
    assert_eq!(decision.fate, Fate::TakenBack);
    assert!(
        decision
            .rows
            .iter()
            .all(|row| row.undo == RowUndo::TakenBack && row.kept.is_empty())
    );
}

#[test]
fn whatever_happened_to_a_lead_since_keeps_it_and_is_said() {
    use KeptReason as R;
    let edited = LeadRecord {
        owner: Some("olga".to_owned()),
        ..made()
    };
    assert_eq!(reasons(&edited, own_ties()), [R::Edited]);
    let moved = LeadRecord {
        status: LeadStatus::Qualified,
        ..made()
    };
    assert_eq!(
        reasons(
            &moved,
            Ties {
                steps: 2,
                ..own_ties()
            }
        ),
        [R::StatusChanged]
    );
    assert_eq!(
        reasons(
            &made(),
            Ties {
                steps: 3,
                ..own_ties()
            }
        ),
        [R::StatusChanged],
        "there and back"
    );
    assert_eq!(
        reasons(
            &made(),
            Ties {
                other_touches: 1,
                ..own_ties()
            }
        ),
        [R::TouchedAgain]
    );
    assert_eq!(
        reasons(
            &made(),
            Ties {
                attempts: 1,
                ..own_ties()
            }
        ),
        [R::Contacted]
    );
    let replied = LeadRecord {
        last_contacted_at: Some(at(3)),
        last_replied_at: Some(at(4)),
        ..made()
    };
    assert_eq!(reasons(&replied, own_ties()), [R::Contacted, R::Replied]);
    let opted_out = LeadRecord {
        consent_status: ConsentStatus::Dnc,
        ..made()
    };
    assert_eq!(reasons(&opted_out, own_ties()), [R::DoNotContact]);
}

#[test]
fn a_known_lead_gets_back_what_nobody_changed_since() {
    let known = LeadRecord {
        source_ref: None,
        company: Some("Navy".to_owned()),
        title: Some("Admiral".to_owned()),
        last_touch_at: at(9),
        ..made()
    };
    let rows = [
        row(
            5,
            &[
                ("company", None, Some("Engine")),
                ("identities", None, Some("phone:+4930123")),
            ],
        ),
        row(
            6,
            &[
                ("company", Some("Engine"), Some("Navy")),
                ("title", None, Some("Analyst")),
            ],
        ),
    ];
    let ties = Ties {
        other_touches: 2,
        last_other_touch_at: Some(at(4)),
        last_own_touch_at: Some(at(9)),
        ..Ties::default()
    };
    let decision = decide(&known, &[&rows[0], &rows[1]], ties, None);
    let Fate::Restored { after, identities } = decision.fate else {
        panic!("{decision:?}");
    };
    assert_eq!((after.company, after.title.as_deref()), (None, Some("Admiral")));
    assert_eq!(after.last_touch_at, at(4));
    assert_eq!(identities, [(IdentityKind::Phone, "+4930123".to_owned())]);
    let told: Vec<_> = decision
        .rows
        .iter()
        .map(|row| (row.row_number, row.undo, row.kept.clone()))
        .collect();
    assert_eq!(
        told,
        [
            (5, RowUndo::Restored, Vec::new()),
            (6, RowUndo::Kept, vec![KeptReason::Edited])
        ]
    );
}

#[test]
fn an_address_that_stays_on_a_lead_goes_on_finding_it() {
    let known = LeadRecord {
        source_ref: None,
        phone_e164: Some("+4930123".to_owned()),
        ..made()
    };
    let row = row(
        5,
        &[
            ("identities", None, Some("phone:+4930123")),
            ("identities", None, Some("email:b@x.org")),
        ],
    );
    let Fate::Restored { identities, .. } = decide(&known, &[&row], Ties::default(), None).fate else {
        panic!("a known lead stays");
    };
    assert_eq!(identities, [(IdentityKind::Email, "b@x.org".to_owned())]);
}

#[test]
fn consent_is_never_undone() {
    let known = LeadRecord {
        source_ref: None,
        consent_status: ConsentStatus::Dnc,
        company: Some("Engine".to_owned()),
        ..made()
    };
    let row = row(
        5,
        &[
            ("company", None, Some("Engine")),
            ("consent_status", Some("UNKNOWN"), Some("DNC")),
        ],
    );
    let decision = decide(&known, &[&row], Ties::default(), None);
    let Fate::Restored { after, .. } = decision.fate else {
        panic!("a known lead stays");
    };
    assert_eq!((after.consent_status, after.company), (ConsentStatus::Dnc, None));
    assert_eq!(decision.rows[0].kept, [KeptReason::DoNotContact]);
}
