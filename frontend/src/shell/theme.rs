//! The theme: the system's, light or dark. `theme.js` applies the choice before the first paint.

use leptos::prelude::*;

const KEY: &str = "aicmo.theme";

/// What the operator chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Whatever the system says.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    const ALL: &'static [Self] = &[Self::System, Self::Light, Self::Dark];

    const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    const fn outline(self) -> &'static str {
        match self {
            Self::System => "M3.500 4.500h13v8.500h-13zM7.500 16.500h5M10 13v3.500",
            Self::Light => {
                "M10 6.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7ZM10 2v1.500M10 16.500V18M2 10h1.500M16.500 10H18\
                 M4.300 4.300l1.100 1.100M14.600 14.600l1.100 1.100M4.300 15.700l1.100-1.100M14.600 5.400l1.100-1.100"
            }
            Self::Dark => "M16 12.200A6.800 6.800 0 0 1 7.800 4a6.500 6.500 0 1 0 8.200 8.200Z",
        }
    }

    fn parse(word: &str) -> Self {
        Self::ALL
            .iter()
            .copied()
            .find(|theme| theme.word() == word)
            .unwrap_or(Self::System)
    }

    fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// The switch in the header.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let stored = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
    let theme = RwSignal::new(Theme::parse(&stored.unwrap_or_default()));
    let choose = move |_| {
        let next = theme.get_untracked().next();
        theme.set(next);
        if let Some(storage) = storage() {
            let _ = storage.set_item(KEY, next.word());
        }
        if let Some(root) = document().document_element() {
            let _ = match next {
                Theme::System => root.remove_attribute("data-theme"),
                chosen => root.set_attribute("data-theme", chosen.word()),
            };
        }
    };
    let name = move || {
        format!(
            "Theme: {}. Change to {}",
            theme.get().word(),
            theme.get().next().word()
        )
    };
    view! {
        <button
            class="button button--quiet button--icon"
            type="button"
            aria-label=name
            title=name
            on:click=choose
        >
            <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
                <path d=move || theme.get().outline()></path>
            </svg>
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switch_goes_round_and_an_unknown_word_is_the_system() {
        assert_eq!(Theme::System.next().next().next(), Theme::System);
        for theme in Theme::ALL.iter().copied() {
            assert_eq!(Theme::parse(theme.word()), theme);
        }
        assert_eq!(Theme::parse("sepia"), Theme::System);
    }
}
