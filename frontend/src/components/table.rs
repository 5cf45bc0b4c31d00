//! The frame of a table: caption, head, a region that scrolls sideways by keyboard too.

use leptos::prelude::*;

/// How a column is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Words.
    #[default]
    Start,
    /// Numbers.
    End,
}

/// A column's heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The heading.
    pub title: &'static str,
    /// Words or numbers.
    pub align: Align,
    /// Left out where the table is narrow.
    pub wide_only: bool,
    /// Whether the heading is for screen readers only.
    pub unseen: bool,
}

impl Column {
    /// A column of words.
    pub const fn text(title: &'static str) -> Self {
        Self {
            title,
            align: Align::Start,
            wide_only: false,
            unseen: false,
        }
    }

    /// A column of numbers.
    pub const fn number(title: &'static str) -> Self {
        Self {
            title,
            align: Align::End,
            wide_only: false,
            unseen: false,
        }
    }

    /// The column of the buttons; its cells need `CELL_ACT`.
    pub const fn acts() -> Self {
        Self {
            title: "Actions",
            align: Align::End,
            wide_only: false,
            unseen: true,
        }
    }

    /// The same, left out where the table is narrow; its cells need `CELL_WIDE`.
    pub const fn wide(mut self) -> Self {
        self.wide_only = true;
        self
    }

    const fn class(self) -> &'static str {
        match (self.align, self.wide_only) {
            (Align::Start, false) => "table__cell",
            (Align::Start, true) => "table__cell table__cell--wide",
            (Align::End, false) => "table__cell table__cell--number",
            (Align::End, true) => "table__cell table__cell--number table__cell--wide",
        }
    }
}

/// Class of a cell of a `wide` column.
pub const CELL_WIDE: &str = "table__cell--wide";
/// Class of a cell that holds buttons.
pub const CELL_ACT: &str = "table__act";
/// Class of a cell that holds a number.
pub const CELL_NUMBER: &str = "table__cell--number";

/// A table; the children are its `<tr>` rows.
#[component]
pub fn Table(
    /// What the table lists; for screen readers.
    #[prop(into)]
    caption: String,
    /// The headings.
    columns: Vec<Column>,
    /// The rows.
    children: Children,
) -> impl IntoView {
    let head: Vec<_> = columns
        .into_iter()
        .map(|column| {
            view! {
                <th scope="col" class=column.class()>
                    <span class:unseen=column.unseen>{column.title}</span>
                </th>
            }
        })
        .collect();
    let name = caption.clone();
    view! {
        <div class="table__scroll" role="group" aria-label=name tabindex="0">
            <table class="table">
                <caption class="unseen">{caption}</caption>
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
}
