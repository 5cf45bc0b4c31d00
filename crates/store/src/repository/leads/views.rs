//! The predicates behind the named views, word for word as their partial indexes have them: an
//! index is only used by a query that repeats its predicate.

/// NEW or MANUAL_REVIEW, or flagged.
pub(crate) const TRIAGE: &str = "(status IN ('NEW', 'MANUAL_REVIEW') OR requires_human_review)";

/// Not LOST, with intent score of at least 0.5 or grade A.
pub(crate) const INTENT: &str = "(status <> 'LOST' AND (grade = 'A' OR intent_score >= 0.5))";

/// No grade yet.
pub(crate) const UNGRADED: &str = "(grade IS NULL)";
