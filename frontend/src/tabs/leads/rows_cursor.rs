//! Which row the keyboard stands on, and which rows are selected. Pure.

use std::collections::BTreeSet;

use aicmo_shared::LeadId;

/// What a key asks of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKey {
    /// To the next row.
    Down,
    /// To the row before.
    Up,
    /// Show the row's detail.
    Open,
    /// Add the row to the selection, or take it out.
    Select,
    /// Add every row from the last selected one to this one.
    SelectRange,
    /// Leave: selection first, then the detail.
    Close,
}

impl RowKey {
    /// The meaning of a key while the list has the focus.
    pub fn from_key(key: &str) -> Option<Self> {
        match key {
            "j" | "ArrowDown" => Some(Self::Down),
            "k" | "ArrowUp" => Some(Self::Up),
            "Enter" => Some(Self::Open),
            "X" => Some(Self::SelectRange),
            "x" => Some(Self::Select),
            "Escape" => Some(Self::Close),
            _ => None,
        }
    }
}

/// The row before or after `current` in `rows`; the first when there is none.
pub fn neighbour(rows: &[LeadId], current: Option<LeadId>, key: RowKey) -> Option<LeadId> {
    let place = current.and_then(|id| rows.iter().position(|row| *row == id));
    let target = match (place, key) {
        (None, _) => 0,
        (Some(place), RowKey::Up) => place.saturating_sub(1),
        (Some(place), _) => (place + 1).min(rows.len().saturating_sub(1)),
    };
    rows.get(target).copied()
}

/// The selection after `key` was pressed on `at`.
pub fn select(
    rows: &[LeadId],
    mut selected: BTreeSet<LeadId>,
    anchor: Option<LeadId>,
    at: LeadId,
    key: RowKey,
) -> BTreeSet<LeadId> {
    let place = |id: LeadId| rows.iter().position(|row| *row == id);
    match (key, anchor.and_then(place), place(at)) {
        (RowKey::SelectRange, Some(one), Some(other)) => {
            let (from, to) = if one <= other { (one, other) } else { (other, one) };
            selected.extend(rows.iter().skip(from).take(to - from + 1).copied());
        }
        _ => {
            if !selected.remove(&at) {
                selected.insert(at);
            }
        }
    }
    selected
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids() -> Vec<LeadId> {
        (1..=4)
            .filter_map(|n| format!("019bbf00-0000-7000-8000-00000000000{n}").parse().ok())
            .collect()
    }

    fn id(n: usize) -> Option<LeadId> {
        ids().get(n).copied()
    }

    #[test]
    fn the_cursor_stops_at_both_ends_and_starts_at_the_first_row() {
        let rows = ids();
        assert_eq!(neighbour(&rows, None, RowKey::Down), id(0));
        assert_eq!(neighbour(&rows, id(0), RowKey::Up), id(0));
        assert_eq!(neighbour(&rows, id(0), RowKey::Down), id(1));
        assert_eq!(neighbour(&rows, id(3), RowKey::Down), id(3));
        assert_eq!(neighbour(&[], None, RowKey::Down), None);
    }

    #[test]
    fn x_toggles_and_shift_x_takes_the_range() {
        let rows = ids();
        let outcome = id(1).zip(id(3)).map(|(second, fourth)| {
            let one = select(&rows, BTreeSet::new(), None, second, RowKey::Select);
            let three = select(&rows, one.clone(), Some(second), fourth, RowKey::SelectRange);
            let none = select(&rows, one.clone(), Some(second), second, RowKey::Select);
            (one.len(), three.len(), none.len())
        });
        assert_eq!(outcome, Some((1, 3, 0)));
    }

    #[test]
    fn shift_makes_a_range_of_a_selection() {
        assert_eq!(RowKey::from_key("x"), Some(RowKey::Select));
        assert_eq!(RowKey::from_key("X"), Some(RowKey::SelectRange));
        assert_eq!(RowKey::from_key("q"), None);
    }
}
