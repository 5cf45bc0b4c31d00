//! Forward and back through a list that knows only its next page.
//!
//! `PageStack` is the stack of cursors that led here; cursors are opaque and bound to filter and
//! order, so a new filter begins a new stack. `Pager` draws where we are and the two buttons.

use aicmo_shared::PageInfo;
use leptos::prelude::*;

use super::button::Button;
use crate::format;

/// The cursors of the pages opened so far, of one list; the last one is the page on screen.
///
/// `of` names the list, its filter and order. A stack asked about another list answers as for the
/// first page, so a cursor never meets a filter that it does not fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageStack {
    of: String,
    behind: Vec<Option<String>>,
    current: Option<String>,
}

impl PageStack {
    /// The cursor of the page on screen; `None` is the first page.
    pub fn cursor(&self, of: &str) -> Option<String> {
        self.current.clone().filter(|_| self.of == of)
    }

    /// Which page is on screen, from 1.
    pub fn number(&self, of: &str) -> usize {
        if self.of == of { self.behind.len() + 1 } else { 1 }
    }

    /// Opens the page at `next`.
    pub fn forward(&mut self, of: &str, next: String) {
        if self.of != of {
            *self = Self {
                of: of.to_owned(),
                ..Self::default()
            };
        }
        self.behind.push(self.current.replace(next));
    }

    /// Returns to the page before; stays on the first.
    pub fn back(&mut self, of: &str) {
        if self.of == of
            && let Some(previous) = self.behind.pop()
        {
            self.current = previous;
        }
    }
}

/// The rows of page `number` as positions in the list, first and last, from 1. Every page before
/// it was full.
pub fn positions(number: usize, limit: u32, rows: usize) -> (u64, u64) {
    let skipped = u64::try_from(number.saturating_sub(1))
        .unwrap_or(u64::MAX)
        .saturating_mul(u64::from(limit));
    let rows = u64::try_from(rows).unwrap_or(u64::MAX);
    (skipped + u64::from(rows > 0), skipped.saturating_add(rows))
}

/// Where the rows on screen stand in the list: `51 to 57 of 1,234 leads`, and whether that is exact.
pub fn place_text(first: u64, last: u64, page: &PageInfo, one: &str, many: &str) -> String {
    let span = if first == last {
        format::count(first)
    } else {
        format!("{} to {}", format::count(first), format::count(last))
    };
    match page.total {
        Some(total) => format!("{span} of {}", format::counted(total, one, many)),
        None => span,
    }
}

/// Where we are in the list, and the way to the pages around.
#[component]
pub fn Pager(
    /// The pages that led here.
    pages: RwSignal<PageStack>,
    /// The name of the list, with its filter and order.
    #[prop(into)]
    of: Signal<String>,
    /// What the server says of the page.
    #[prop(into)]
    page: Signal<Option<PageInfo>>,
    /// How many rows are on screen.
    #[prop(into)]
    rows: Signal<usize>,
    /// The noun for one row.
    one: &'static str,
    /// The noun for several.
    many: &'static str,
) -> impl IntoView {
    let number = move || of.with(|of| pages.with(|pages| pages.number(of)));
    let place = move || {
        page.get().map(|page| {
            let (first, last) = positions(number(), page.limit, rows.get());
            let exact = page.total.is_some() && page.total_is_exact;
            view! {
                <span class="pager__place">{place_text(first, last, &page, one, many)}</span>
                {exact.then(|| view! { <span class="pager__exact">"exact"</span> })}
                {page.total.is_none().then(|| view! {
                    <span class="pager__exact">"not counted for this filter"</span>
                })}
            }
        })
    };
    let no_back = Signal::derive(move || (number() == 1).then(|| "this is the first page".to_owned()));
    let next = move || page.with(|page| page.as_ref().and_then(|page| page.next_cursor.clone()));
    let no_next = Signal::derive(move || next().is_none().then(|| "this is the last page".to_owned()));
    let back = move |()| of.with_untracked(|of| pages.update(|pages| pages.back(of)));
    let forward = move |()| {
        if let Some(next) = untrack(next) {
            of.with_untracked(|of| pages.update(|pages| pages.forward(of, next)));
        }
    };
    view! {
        <nav class="pager" aria-label=format!("Pages of {many}")>
            <p class="pager__text" aria-live="polite">{place}</p>
            <div class="pager__buttons">
                <Button on_press=back blocked=no_back>"Previous"</Button>
                <Button on_press=forward blocked=no_next>"Next"</Button>
            </div>
        </nav>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forward_and_back_retrace_the_same_cursors() {
        let mut pages = PageStack::default();
        pages.forward("new", "b".to_owned());
        pages.forward("new", "c".to_owned());
        assert_eq!(
            (pages.number("new"), pages.cursor("new").as_deref()),
            (3, Some("c"))
        );
        pages.back("new");
        assert_eq!(
            (pages.number("new"), pages.cursor("new").as_deref()),
            (2, Some("b"))
        );
        pages.back("new");
        pages.back("new");
        assert_eq!((pages.number("new"), pages.cursor("new")), (1, None));
    }

    #[test]
    fn a_cursor_never_meets_another_filter() {
        let mut pages = PageStack::default();
        pages.forward("new", "b".to_owned());
        assert_eq!((pages.number("lost"), pages.cursor("lost")), (1, None));
        pages.back("lost");
        assert_eq!(
            pages.number("new"),
            2,
            "going back in another list moves nothing here"
        );
        pages.forward("lost", "x".to_owned());
        assert_eq!((pages.number("lost"), pages.number("new")), (2, 1));
    }

    #[test]
    fn positions_count_the_full_pages_before() {
        assert_eq!(positions(1, 50, 50), (1, 50));
        assert_eq!(positions(1, 50, 0), (0, 0));
        assert_eq!(positions(2, 50, 7), (51, 57));
    }

    #[test]
    fn the_place_names_the_total_only_when_it_is_known() {
        let page = |total| PageInfo {
            next_cursor: None,
            limit: 50,
            total,
            total_is_exact: true,
        };
        assert_eq!(
            place_text(51, 57, &page(Some(1_234)), "lead", "leads"),
            "51 to 57 of 1,234 leads"
        );
        assert_eq!(place_text(1, 1, &page(Some(1)), "lead", "leads"), "1 of 1 lead");
        assert_eq!(place_text(1, 50, &page(None), "lead", "leads"), "1 to 50");
    }
}
