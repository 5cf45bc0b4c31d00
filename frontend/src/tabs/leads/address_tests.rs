//! The lead list's address: what it reads, and what it spells.

use aicmo_shared::Timestamp;

use super::*;

fn read(pairs: &[(&str, &str)]) -> LeadAddress {
    LeadAddress::read(|name| {
        pairs
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn every_condition_survives_the_way_to_the_address_and_back() {
    let pairs = [
        ("view", "triage"),
        ("status", "NEW"),
        ("grade", "ungraded"),
        ("source", "csv"),
        ("campaign", "019bbf00-0000-7000-8000-000000000001"),
        ("consent", "DNC"),
        ("review", "true"),
        ("email", "a+b@x.de"),
        ("text", "ada & co"),
        ("tag", "vip"),
        ("owner", "grace"),
        ("score_from", "0.50"),
        ("score_to", "1.00"),
        ("created_from", "2026-11-01"),
        ("created_to", "2026-11-02"),
        ("touched_from", "2026-11-03"),
        ("touched_to", "2026-11-04"),
        ("sort", "last_touch"),
    ];
    let address = read(&pairs);
    assert_eq!(address.filter.conditions(), 13);
    assert!(address.ignored.is_empty());
    assert_eq!(
        address.search(),
        "?view=triage&status=NEW&grade=ungraded&source=csv\
         &campaign=019bbf00-0000-7000-8000-000000000001&consent=DNC&review=true\
         &email=a%2Bb%40x.de&text=ada%20%26%20co&tag=vip&owner=grace&score_from=0.50&score_to=1.00\
         &created_from=2026-11-01&created_to=2026-11-02&touched_from=2026-11-03&touched_to=2026-11-04\
         &sort=last_touch"
    );
}

/// A day in a zone where it begins at midnight of UTC.
fn in_utc(day: &DateText, later: u8) -> Option<Timestamp> {
    let midnight = Timestamp::parse(&format!("{day}T00:00:00Z"))?;
    Some(midnight.plus_millis(i64::from(later) * 86_400_000))
}

#[test]
fn the_last_day_is_in_it_wholly() {
    let query = read(&[("touched_from", "2026-11-03"), ("touched_to", "2026-11-03")]).query(in_utc, None, 50);
    let length = query
        .touched_to
        .zip(query.touched_from)
        .map(|(to, from)| to.since(from));
    assert_eq!(length, Some(86_400_000));
}

#[test]
fn a_score_or_a_day_that_cannot_be_is_reported() {
    let address = read(&[
        ("score_from", "1.5"),
        ("score_to", "NaN"),
        ("created_to", "2026-02-30"),
    ]);
    assert_eq!(
        address.ignored,
        ["score_from=1.5", "score_to=NaN", "created_to=2026-02-30"]
    );
    assert!(!address.is_narrowed());
}

#[test]
fn an_unknown_word_is_reported_and_narrows_nothing() {
    let address = read(&[("status", "ENGAGED"), ("grade", "A")]);
    assert_eq!(address.filter.status, None);
    assert_eq!(address.filter.grade, Some(GradeFilter::A));
    assert_eq!(address.ignored, ["status=ENGAGED"]);
}

#[test]
fn nothing_set_is_an_empty_search_and_the_view_all() {
    let address = read(&[("email", "  ")]);
    assert_eq!(address.search(), "");
    assert_eq!(address.named_view(), Some(NamedView::All));
    assert!(!address.is_narrowed());
}

#[test]
fn every_named_view_is_found_again_by_its_filter() {
    for view in NamedView::ALL {
        let address = LeadAddress::default().with_filter(view.filter());
        assert_eq!(address.named_view(), Some(*view), "{}", view.label());
    }
    let mut narrowed = LeadAddress::default().with_filter(NamedView::New.filter());
    narrowed.filter.grade = Some(GradeFilter::A);
    assert_eq!(narrowed.named_view(), None);
}

#[test]
fn the_query_carries_filter_order_and_place() {
    let mut address = read(&[("status", "LOST"), ("sort", "name")]);
    address.ignored.clear();
    let query = address.query(in_utc, Some("abc".to_owned()), 50);
    assert_eq!(query.filter(), address.filter);
    assert_eq!(query.order(), LeadSort::Name);
    assert_eq!(query.cursor.as_deref(), Some("abc"));
}

#[test]
fn a_filter_is_put_into_words() {
    let address = read(&[
        ("view", "intent"),
        ("grade", "ungraded"),
        ("review", "false"),
        ("text", "ada"),
        ("created_to", "2026-11-02"),
    ]);
    assert_eq!(
        conditions_in_words(&address),
        [
            "words beginning with ada",
            "shows intent",
            "not graded",
            "not flagged for review",
            "created to 2026-11-02"
        ]
    );
}
