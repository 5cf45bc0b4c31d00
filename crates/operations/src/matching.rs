//! Decides who a record is about, from who holds its identities.
//!
//! Pure. An e-mail address or a LinkedIn profile names a person; a telephone number names one only
//! when the names agree too, because switchboards are shared. Identities that belong to two
//! different people are a conflict: nothing is written, both are named.

use aicmo_shared::LeadId;
use aicmo_shared::lead::IdentityKind;

/// Who holds one identity of a record already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    pub kind: IdentityKind,
    pub lead: LeadId,
    /// Whether the lead's name and the record's name agree; only asked of a telephone.
    pub names_agree: bool,
}

/// Who a record is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// Nobody we know.
    Nobody,
    /// This lead.
    One(LeadId),
    /// Several; in order of the identities, each once.
    Conflict(Vec<LeadId>),
}

/// The answer, and whether the telephone is somebody else's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    pub who: Match,
    /// The telephone belongs to somebody of another name: keep it as contact data, not as identity.
    /// A record whose only identity is such a telephone cannot be used (`identity_shared`).
    pub phone_is_shared: Option<LeadId>,
}

/// Decides from the holders of a record's identities, in any order.
pub fn find_match(holders: &[Holder]) -> Matched {
    let mut people: Vec<LeadId> = Vec::new();
    let mut phone_is_shared = None;
    for kind in [IdentityKind::Email, IdentityKind::Phone, IdentityKind::Linkedin] {
        for holder in holders.iter().filter(|holder| holder.kind == kind) {
            let names_the_person = match kind {
                IdentityKind::Email | IdentityKind::Linkedin => true,
                IdentityKind::Phone => {
                    holder.names_agree
                        // The same lead by another identity: its number may be known under any name.
                        || holders
                            .iter()
                            .any(|other| other.kind != IdentityKind::Phone && other.lead == holder.lead)
                }
            };
            if !names_the_person {
                phone_is_shared = Some(holder.lead);
            } else if !people.contains(&holder.lead) {
                people.push(holder.lead);
            }
        }
    }
    let who = match people.as_slice() {
        [] => Match::Nobody,
        [one] => Match::One(*one),
        _ => Match::Conflict(people),
    };
    Matched { who, phone_is_shared }
}

#[cfg(test)]
mod tests {
    use super::*;
    use IdentityKind::{Email, Linkedin, Phone};

    fn lead(number: u128) -> LeadId {
        LeadId::new(uuid::Uuid::from_u128(number))
    }

    fn holds(kind: IdentityKind, number: u128, names_agree: bool) -> Holder {
        Holder {
            kind,
            lead: lead(number),
            names_agree,
        }
    }

    fn check(holders: &[Holder], who: Match, shared: Option<u128>) {
        let found = find_match(holders);
        assert_eq!(
            found,
            Matched {
                who,
                phone_is_shared: shared.map(lead)
            },
            "{holders:?}"
        );
    }

    #[test]
    fn a_telephone_names_a_person_only_when_the_names_agree() {
        check(&[], Match::Nobody, None);
        check(&[holds(Email, 1, false)], Match::One(lead(1)), None);
        check(&[holds(Linkedin, 1, false)], Match::One(lead(1)), None);
        check(&[holds(Phone, 1, true)], Match::One(lead(1)), None);
        check(&[holds(Phone, 1, false)], Match::Nobody, Some(1));
        check(
            &[holds(Email, 1, false), holds(Phone, 1, false)],
            Match::One(lead(1)),
            None,
        );
        check(
            &[holds(Email, 1, false), holds(Phone, 2, false)],
            Match::One(lead(1)),
            Some(2),
        );
    }

    #[test]
    fn identities_of_two_people_are_a_conflict_that_names_both() {
        check(
            &[holds(Linkedin, 2, false), holds(Email, 1, false)],
            Match::Conflict(vec![lead(1), lead(2)]),
            None,
        );
        check(
            &[holds(Email, 1, false), holds(Phone, 2, true)],
            Match::Conflict(vec![lead(1), lead(2)]),
            None,
        );
    }
}
