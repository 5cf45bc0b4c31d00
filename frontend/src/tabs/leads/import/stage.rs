//! The steps of an import as an operator walks them. Pure.

use aicmo_shared::import::{Import, ImportState, ImportUndo, RowUndo, RowVerdict, VerdictCounts};

use crate::components::pill::Tone;

/// A step of the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Choose a file; it is read.
    File,
    /// Say what each column becomes.
    Mapping,
    /// See what would happen.
    DryRun,
    /// Write the rows.
    Commit,
    /// See what happened.
    Result,
}

impl Stage {
    /// Every step, in order.
    pub const ALL: &'static [Self] = &[
        Self::File,
        Self::Mapping,
        Self::DryRun,
        Self::Commit,
        Self::Result,
    ];

    /// The word on the way.
    pub const fn label(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Mapping => "Columns",
            Self::DryRun => "Dry run",
            Self::Commit => "Commit",
            Self::Result => "Result",
        }
    }

    /// Where an import stands on the way.
    pub const fn of(state: ImportState, has_counts: bool) -> Self {
        match state {
            ImportState::Uploaded => Self::File,
            ImportState::Detected | ImportState::Mapped => Self::Mapping,
            ImportState::Previewed => Self::DryRun,
            ImportState::Committing | ImportState::Paused => Self::Commit,
            ImportState::Failed if has_counts => Self::Commit,
            ImportState::Failed => Self::File,
            ImportState::Committed | ImportState::Undoing | ImportState::Undone | ImportState::Cancelled => {
                Self::Result
            }
        }
    }
}

/// The tone of an import's state.
pub const fn tone_of_state(state: ImportState) -> Tone {
    match state {
        ImportState::Committed => Tone::Good,
        ImportState::Failed => Tone::Bad,
        ImportState::Paused => Tone::Warn,
        ImportState::Cancelled | ImportState::Undone => Tone::Neutral,
        ImportState::Uploaded
        | ImportState::Detected
        | ImportState::Mapped
        | ImportState::Previewed
        | ImportState::Committing
        | ImportState::Undoing => Tone::Accent,
    }
}

/// The tone of a verdict.
pub const fn tone_of_verdict(verdict: RowVerdict) -> Tone {
    match verdict {
        RowVerdict::New => Tone::Accent,
        RowVerdict::Merged => Tone::Good,
        RowVerdict::Unchanged => Tone::Neutral,
        RowVerdict::Suppressed => Tone::Warn,
        RowVerdict::Invalid => Tone::Bad,
    }
}

/// How many rows got a verdict.
pub const fn count_of(counts: &VerdictCounts, verdict: RowVerdict) -> u64 {
    match verdict {
        RowVerdict::New => counts.new,
        RowVerdict::Merged => counts.merged,
        RowVerdict::Unchanged => counts.unchanged,
        RowVerdict::Suppressed => counts.suppressed,
        RowVerdict::Invalid => counts.invalid,
    }
}

/// The tone of what an undo did.
pub const fn tone_of_undo(undo: RowUndo) -> Tone {
    match undo {
        RowUndo::TakenBack => Tone::Accent,
        RowUndo::Restored => Tone::Good,
        RowUndo::Kept => Tone::Warn,
    }
}

/// With how many rows an undo did this.
pub const fn count_of_undo(undo: &ImportUndo, outcome: RowUndo) -> u64 {
    match outcome {
        RowUndo::TakenBack => undo.taken_back,
        RowUndo::Restored => undo.restored,
        RowUndo::Kept => undo.kept,
    }
}

/// Whether the operator may still give an import up.
pub fn can_cancel(import: &Import) -> bool {
    use aicmo_shared::closed_enum::Lifecycle;
    import.state.can_become(ImportState::Cancelled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_step_of_an_import_leads_back_but_a_new_mapping() {
        use aicmo_shared::closed_enum::Lifecycle;
        for from in ImportState::ALL.iter().copied() {
            for to in from.successors().iter().copied() {
                let ends = matches!(to, ImportState::Failed | ImportState::Cancelled);
                let remaps = (from, to) == (ImportState::Previewed, ImportState::Mapped);
                assert!(
                    ends || remaps || Stage::of(from, true) <= Stage::of(to, true),
                    "{from} to {to}"
                );
            }
        }
    }

    #[test]
    fn the_five_verdicts_add_up() {
        let counts = VerdictCounts {
            total: 15,
            new: 1,
            merged: 2,
            unchanged: 3,
            suppressed: 4,
            invalid: 5,
        };
        let sum: u64 = RowVerdict::ALL
            .iter()
            .map(|verdict| count_of(&counts, *verdict))
            .sum();
        assert_eq!(sum, counts.total);
    }
}
