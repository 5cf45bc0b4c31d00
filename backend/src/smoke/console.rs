//! Check 1: the console is served, whole, of the binary's build, soon after the start.

use std::time::Duration;

use aicmo_shared::build_marker::HEADER;

use super::check::{Ground, Verdict};
use crate::http;
use crate::process::build;

/// The longest that a start may take before it counts as broken.
const START_MAX: Duration = Duration::from_secs(5);

/// The name of the `<meta>` in which the page carries its marker.
const META: &str = "aicmo-build";

pub async fn check(ground: &Ground) -> Verdict {
    let server = ground.server()?;
    if server.start_took >= START_MAX {
        return Err(format!(
            "start to ready took {} ms",
            server.start_took.as_millis()
        ));
    }
    let report = http::console::report();
    if !report.embedded {
        return Err("this binary was built without a console".into());
    }
    let response = server
        .client()?
        .get("/")
        .send()
        .await
        .map_err(|_| "the console does not answer".to_owned())?;
    let status = response.status().as_u16();
    let header = response
        .headers()
        .get(HEADER)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let page = response
        .text()
        .await
        .map_err(|_| "the page breaks off".to_owned())?;
    let own = build::marker();
    if status != 200 {
        return Err(format!("the page is answered with HTTP {status}"));
    }
    if header != own.as_str() {
        return Err(format!("{HEADER} is {header:?} and not {own}"));
    }
    let marker = marker_of(&page).ok_or("the page carries no build marker")?;
    if marker != own.as_str() {
        return Err(format!(
            "the console is of build {marker} and the binary of {own}"
        ));
    }
    let files = http::console::verify().map_err(|why| format!("the console is not whole: {why}"))?;
    Ok(format!(
        "{files} files whole, build equal, ready after {} ms",
        server.start_took.as_millis()
    ))
}

/// The content of `<meta name="aicmo-build" content="…">`. The page may be minified, so order and
/// quotes do not count.
fn marker_of(page: &str) -> Option<&str> {
    page.split("<meta ")
        .skip(1)
        .filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag))
        .find(|tag| attribute(tag, "name") == Some(META))
        .and_then(|tag| attribute(tag, "content"))
}

/// The value of an attribute whose value has no space in it.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_ascii_whitespace().find_map(|piece| {
        let value = piece.strip_prefix(name)?.strip_prefix('=')?;
        Some(value.trim_end_matches('/').trim_matches(['"', '\'']))
    })
}

#[cfg(test)]
mod tests {
    use super::marker_of;

    #[test]
    fn the_marker_is_read_from_the_page_in_any_order_with_or_without_quotes() {
        for page in [
            r#"<head><meta name="aicmo-build" content="X"></head>"#,
            r#"<head><meta charset=utf-8><meta content="X" name="aicmo-build"/></head>"#,
            "<meta content=light name=color-scheme><meta content=X name=aicmo-build><title>t</title>",
        ] {
            assert_eq!(marker_of(page), Some("X"), "{page}");
        }
        assert_eq!(marker_of("<head><meta charset=utf-8></head>"), None);
    }
}
