//! The token of a one-time link, which stands in the fragment, so that no server log has it.

use aicmo_shared::session::SecretText;
use leptos::prelude::*;

/// The token in the address; `None` where a link was cut short.
pub fn token() -> Option<SecretText> {
    let fragment = window().location().hash().ok()?;
    token_in(&fragment).map(SecretText::new)
}

fn token_in(fragment: &str) -> Option<&str> {
    fragment
        .trim_start_matches('#')
        .split('&')
        .find_map(|pair| pair.strip_prefix("token="))
        .map(str::trim)
        .filter(|token| !token.is_empty())
}

/// Stands in place of a form whose link has no token.
#[component]
pub fn CutShort(
    /// Where a whole link is found.
    #[prop(into)]
    advice: String,
) -> impl IntoView {
    view! {
        <div class="failure failure--inline" role="alert">
            <p class="failure__title">"This link is not whole"</p>
            <p class="failure__detail">"What should follow #token= in the address is missing."</p>
            <p class="failure__hint">{advice}</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_what_follows_its_name() {
        assert_eq!(token_in("#token=abc-1"), Some("abc-1"));
        assert_eq!(token_in("#a=b&token=abc"), Some("abc"));
        for without in ["", "#", "#token=", "#tokens=abc"] {
            assert_eq!(token_in(without), None, "{without}");
        }
    }
}
