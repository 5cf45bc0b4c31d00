//! Rows that stand still while somebody is among them.
//!
//! Under a pointer, a focus or a selection a list never moves: what the rows say is kept up to date
//! in place, and what would move them waits behind a button above the list, which `.` presses too.
//! How many rows are new is said only when it is known. `news` decides; the rest places.

use std::collections::HashSet;
use std::hash::Hash;

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::dom;
use crate::api::Reading;
use crate::format;
use crate::keys;

/// What waits to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// So many rows came, and the others stand as they did.
    Rows(usize),
    /// Rows came; how many cannot be told from this page.
    SomeRows,
    /// No row came; the order is another one, or rows left.
    Order,
}

impl News {
    fn text(self) -> String {
        match self {
            Self::Rows(number) => format!("{} new", format::count(number as u64)),
            Self::SomeRows => "New rows".to_owned(),
            Self::Order => "Changed order".to_owned(),
        }
    }
}

/// What `arrived` has that `shown` has not; `None` when every row stands where it stood. `is_whole`:
/// there are no rows beyond those that arrived.
pub fn news<K: Eq + Hash>(shown: &[K], arrived: &[K], is_whole: bool) -> Option<News> {
    if shown == arrived {
        return None;
    }
    let known: HashSet<&K> = shown.iter().collect();
    let new = arrived.iter().filter(|key| !known.contains(key)).count();
    if new == 0 {
        return Some(News::Order);
    }
    let stayed = arrived.iter().filter(|key| known.contains(key));
    let stand = stayed.clone().zip(shown).all(|(one, other)| one == other);
    let none_left = arrived.len() >= shown.len();
    let on_top = arrived.iter().take(new).all(|key| !known.contains(key)) && arrived.len() > new;
    let is_exact = stand && none_left && (on_top || (is_whole && stayed.count() == shown.len()));
    Some(if is_exact { News::Rows(new) } else { News::SomeRows })
}

/// Whether somebody is among the rows, and where.
#[derive(Clone, Copy)]
pub struct Holding {
    pointed: RwSignal<bool>,
    focused: RwSignal<bool>,
    also: Signal<bool>,
    /// The id of what was last focused among the rows.
    last: StoredValue<String>,
    waiting: RwSignal<Option<News>>,
    release: RwSignal<u32>,
    /// Whether a row is on its way that whoever is among them made.
    expects: StoredValue<bool>,
}

impl Holding {
    /// Held by pointer and focus, and while `also` says so.
    pub fn new(also: Signal<bool>) -> Self {
        Self {
            pointed: RwSignal::new(false),
            focused: RwSignal::new(false),
            also,
            last: StoredValue::new(String::new()),
            waiting: RwSignal::new(None),
            release: RwSignal::new(0),
            expects: StoredValue::new(false),
        }
    }

    /// Whether the rows must not move now.
    pub fn is_held(self) -> bool {
        self.pointed.get() || self.focused.get() || self.also.get()
    }

    /// What waits.
    pub fn waiting(self) -> RwSignal<Option<News>> {
        self.waiting
    }

    /// Moves whenever what waits was asked for.
    pub fn release(self) -> RwSignal<u32> {
        self.release
    }

    /// Shows what waits, and leaves the focus among the rows.
    fn show(self) {
        self.keep_focus();
        self.release.update(|number| *number = number.wrapping_add(1));
    }

    /// A row that is drawn anew loses the focus: it goes back to where it was. What had it may have
    /// gone for good, and not every browser says so: then nobody is among the rows any more.
    pub fn keep_focus(self) {
        let id = self.last.get_value();
        if self.focused.get_untracked() {
            request_animation_frame(move || {
                if dom::nothing_has_focus() {
                    dom::focus_in_place(&id);
                    let _ = self.focused.try_set(!dom::nothing_has_focus());
                }
            });
        }
    }
}

/// The rows on screen of a list whose rows arrive again and again.
pub struct Still<T: Send + Sync + 'static> {
    /// The rows as they stand.
    pub rows: RwSignal<Vec<T>>,
    /// Who is among them.
    pub holding: Holding,
    /// Moves when the rows of another place were put there: another page, filter or order.
    pub moved_on: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Still<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Still<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Still<T> {
    /// Follows `reading`. `place` names page, filter and order; `also` holds the rows beside pointer
    /// and focus.
    pub fn new<K, P>(
        reading: Reading<Vec<T>>,
        key: fn(&T) -> K,
        place: impl Fn() -> P + Copy + 'static,
        also: Signal<bool>,
    ) -> Self
    where
        K: Eq + Hash + 'static,
        P: PartialEq + Send + Sync + 'static,
    {
        let rows = RwSignal::new(untrack(|| reading.get()));
        let shown_at = StoredValue::new(untrack(place));
        let moved_on = RwSignal::new(0_u32);
        let holding = Holding::new(also);
        Effect::new(move |released: Option<u32>| {
            let release = holding.release.get();
            let arrived = reading.get();
            let here = untrack(place);
            let is_here = shown_at.with_value(|shown_at| *shown_at == here);
            let news = rows.with_untracked(|rows| {
                let is_whole = reading.page().is_some_and(|page| page.next_cursor.is_none());
                news(&keys_of(rows, key), &keys_of(&arrived, key), is_whole)
            });
            let is_asked = released.is_some_and(|before| before != release)
                || news.is_some() && holding.expects.try_update_value(std::mem::take) == Some(true);
            if is_here && !is_asked && news.is_some() && untrack(|| holding.is_held()) {
                show(
                    rows,
                    holding,
                    rows.with_untracked(|rows| in_place(rows, &arrived, key)),
                );
                holding.waiting.set(news);
                return release;
            }
            holding.waiting.set(None);
            if !is_here {
                shown_at.set_value(here);
                moved_on.update(|number| *number = number.wrapping_add(1));
            }
            show(rows, holding, arrived);
            release
        });
        release_when_left(holding);
        Self {
            rows,
            holding,
            moved_on,
        }
    }

    /// Whenever `made` moves, a row that this person made is on its way: it does not wait.
    #[must_use]
    pub fn welcomes(self, made: RwSignal<u32>) -> Self {
        Effect::new(move |before: Option<u32>| {
            let now = made.get();
            if before.is_some_and(|before| before != now) {
                self.holding.expects.set_value(true);
            }
            now
        });
        self
    }

    /// Takes rows away at once: whoever is among them asked for it.
    pub fn take_away(self, is_gone: impl Fn(&T) -> bool) {
        let left = self
            .rows
            .try_with_untracked(|rows| rows.iter().filter(|row| !is_gone(row)).cloned().collect());
        if let Some(left) = left {
            show(self.rows, self.holding, left);
        }
    }
}

/// Shows what waits once whoever held the rows has gone.
pub fn release_when_left(holding: Holding) {
    Effect::new(move |was_held: Option<bool>| {
        let is_held = holding.is_held();
        if was_held == Some(true) && !is_held && holding.waiting.with_untracked(Option::is_some) {
            holding.show();
        }
        is_held
    });
}

fn keys_of<T, K>(rows: &[T], key: fn(&T) -> K) -> Vec<K> {
    rows.iter().map(key).collect()
}

/// The rows where they stand, as they have arrived; those that did not arrive as they were.
fn in_place<T: Clone, K: Eq>(rows: &[T], arrived: &[T], key: fn(&T) -> K) -> Vec<T> {
    rows.iter()
        .map(|row| {
            arrived
                .iter()
                .find(|other| key(other) == key(row))
                .unwrap_or(row)
                .clone()
        })
        .collect()
}

fn show<T: PartialEq + Send + Sync + 'static>(rows: RwSignal<Vec<T>>, holding: Holding, now: Vec<T>) {
    if rows.with_untracked(|rows| *rows != now) {
        holding.keep_focus();
        rows.set(now);
    }
}

/// The rows with the button above them.
#[component]
pub fn StillRows(
    /// Who is among the rows.
    holding: Holding,
    /// The rows.
    children: Children,
) -> impl IntoView {
    let enter = move |event: ev::FocusEvent| {
        holding.focused.set(true);
        let id = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .filter(|element| !element.has_attribute("data-new-rows"))
            .map(|element| element.id());
        if let Some(id) = id {
            holding.last.set_value(id);
        }
    };
    // A row that is drawn anew lets go of the focus for a moment, and has it back in the next frame.
    let leave = move |event: ev::FocusEvent| {
        let rows = event
            .current_target()
            .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        request_animation_frame(move || {
            let is_within = rows.is_some_and(|rows| dom::has_focus_within(&rows));
            let _ = holding.focused.try_set(is_within);
        });
    };
    view! {
        <div
            class="still"
            on:pointerenter=move |event| holding.pointed.set(event.pointer_type() == "mouse")
            on:pointerleave=move |_| holding.pointed.set(false)
            on:focusin=enter
            on:focusout=leave
        >
            <NewRows holding />
            {children()}
        </div>
    }
}

/// The button; `.` presses it.
#[component]
fn NewRows(holding: Holding) -> impl IntoView {
    keys::listen(move |key| {
        let waits = key == "." && holding.waiting.with_untracked(Option::is_some);
        if waits {
            holding.show();
        }
        waits
    });
    view! {
        <div class="still__news" role="status">
            {move || holding.waiting.get().map(|news| view! {
                <button
                    class="still__button"
                    type="button"
                    data-new-rows=""
                    title="Show them (.)"
                    on:click=move |_| holding.show()
                >
                    {news.text()}
                    <kbd aria-hidden="true">"."</kbd>
                    <span class="unseen">": show them"</span>
                </button>
            })}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_rows_are_counted_only_when_the_count_is_known() {
        for (shown, arrived, is_whole, expected) in [
            ("abc", "abc", true, None),
            ("abc", "xyabc", true, Some(News::Rows(2))),
            // A full page: the last rows made room.
            ("abc", "xab", false, Some(News::Rows(1))),
            // Nothing of the old page is on the new one: at least three, perhaps more.
            ("abc", "xyz", false, Some(News::SomeRows)),
            // Among the others: exact only where the whole list is in sight.
            ("abc", "axbc", true, Some(News::Rows(1))),
            ("abc", "axb", false, Some(News::SomeRows)),
            // Somebody left as well.
            ("abc", "xac", true, Some(News::SomeRows)),
            ("abc", "bac", true, Some(News::Order)),
            ("abc", "ab", true, Some(News::Order)),
        ] {
            let of = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(
                news(&of(shown), &of(arrived), is_whole),
                expected,
                "{shown} and {arrived}"
            );
        }
    }

    #[test]
    fn rows_say_what_arrived_and_stand_where_they_stood() {
        let rows = [("a", 1), ("b", 1), ("gone", 1)];
        let arrived = [("new", 2), ("b", 2), ("a", 2)];
        assert_eq!(
            in_place(&rows, &arrived, |row| row.0),
            [("a", 2), ("b", 2), ("gone", 1)]
        );
    }

    #[test]
    fn the_button_says_how_many() {
        assert_eq!(News::Rows(12).text(), "12 new");
        assert_eq!(News::SomeRows.text(), "New rows");
    }
}
