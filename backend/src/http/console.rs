//! The console, as it is embedded in this binary.
//!
//! Files whose names carry a hash never change and are kept for a year; everything else is asked for
//! again each time and answered with 304 while it is the same. Twins packed by the console's build
//! are sent to whoever takes them. Which address leads to a page is decided in `fallback`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderValue, VARY,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use aicmo_shared::build_marker::BuildMarker;
use aicmo_shared::diagnostics::ConsoleReport;
use rust_embed::RustEmbed;
use serde::Deserialize;

use super::mount::is_known;

#[derive(RustEmbed)]
#[folder = "$AICMO_CONSOLE_DIST"]
struct Dist;

/// The page that every navigation gets.
const INDEX: &str = "index.html";

/// What the console's build writes beside its files.
const MANIFEST: &str = "console.json";

/// What a packed twin is called.
const PACKED: &str = ".br";

struct Asset {
    bytes: Bytes,
    /// The same, packed with brotli; only where that is smaller.
    packed: Option<Bytes>,
    sha256: [u8; 32],
    etag: HeaderValue,
    packed_etag: HeaderValue,
    content_type: HeaderValue,
    cache_control: HeaderValue,
}

/// Every file but the packed twins, by its path.
static ASSETS: LazyLock<BTreeMap<String, Asset>> = LazyLock::new(|| {
    Dist::iter()
        .filter(|name| !name.ends_with(PACKED))
        .filter_map(|name| Some((name.to_string(), asset(&name)?)))
        .collect()
});

/// What the console's build says about itself.
#[derive(Deserialize)]
struct Manifest {
    build: BuildMarker,
    files: BTreeMap<String, String>,
}

fn asset(name: &str) -> Option<Asset> {
    let file = Dist::get(name)?;
    let sha256 = file.metadata.sha256_hash();
    let short = &hex(&sha256)[..32];
    let quoted = |text: String| HeaderValue::from_str(&text).ok();
    let lasting = if is_hashed(name) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    Some(Asset {
        packed: Dist::get(&format!("{name}{PACKED}"))
            .map(|twin| bytes_of(twin.data))
            .filter(|twin| twin.len() < file.data.len()),
        bytes: bytes_of(file.data),
        sha256,
        etag: quoted(format!("\"{short}\""))?,
        packed_etag: quoted(format!("\"{short}-br\""))?,
        content_type: HeaderValue::from_static(content_type(name)),
        cache_control: HeaderValue::from_static(lasting),
    })
}

fn bytes_of(data: std::borrow::Cow<'static, [u8]>) -> Bytes {
    match data {
        std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
    }
}

/// The file at `path`, when the console has one.
pub fn file(request: &HttpRequest, path: &str) -> Option<HttpResponse> {
    ASSETS.get(path).map(|asset| send(request, asset))
}

/// The page of the console.
pub fn page(request: &HttpRequest) -> Option<HttpResponse> {
    file(request, INDEX)
}

fn send(request: &HttpRequest, asset: &Asset) -> HttpResponse {
    let packed = asset.packed.as_ref().filter(|_| takes_brotli(request));
    let etag = if packed.is_some() {
        &asset.packed_etag
    } else {
        &asset.etag
    };
    let mut response = HttpResponse::Ok();
    response.insert_header((ETAG, etag.clone()));
    response.insert_header((CACHE_CONTROL, asset.cache_control.clone()));
    if asset.packed.is_some() {
        response.insert_header((VARY, HeaderValue::from_static("accept-encoding")));
    }
    if is_known(request, etag) {
        return response
            .status(actix_web::http::StatusCode::NOT_MODIFIED)
            .finish();
    }
    response.insert_header((CONTENT_TYPE, asset.content_type.clone()));
    if packed.is_some() {
        response.insert_header((CONTENT_ENCODING, HeaderValue::from_static("br")));
    }
    response.body(packed.unwrap_or(&asset.bytes).clone())
}

/// Whether the caller names brotli and does not refuse it.
fn takes_brotli(request: &HttpRequest) -> bool {
    request
        .headers()
        .get_all(ACCEPT_ENCODING)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            parts.next().is_some_and(|name| name.eq_ignore_ascii_case("br"))
                && !parts.any(|part| {
                    part.strip_prefix("q=")
                        .and_then(|weight| weight.parse::<f32>().ok())
                        .is_some_and(|weight| weight <= 0.0)
                })
        })
}

/// Whether a path carries a hash, as the console's build puts it: a piece of at least twelve
/// hexadecimal digits, one of them a number.
fn is_hashed(path: &str) -> bool {
    path.split(|letter: char| !letter.is_ascii_alphanumeric())
        .any(|piece| {
            piece.len() >= 12
                && piece
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
                && piece.bytes().any(|byte| byte.is_ascii_digit())
        })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn manifest() -> Option<Result<Manifest, serde_json::Error>> {
    ASSETS
        .get(MANIFEST)
        .map(|asset| serde_json::from_slice(&asset.bytes))
}

/// What diagnostics says about the embedded console.
pub fn report() -> ConsoleReport {
    let build = manifest().and_then(Result::ok).map(|manifest| manifest.build);
    ConsoleReport {
        embedded: ASSETS.contains_key(MANIFEST),
        matches_server: build
            .as_ref()
            .is_some_and(|build| build.as_str() == env!("AICMO_BUILD_MARKER")),
        build,
        files: ASSETS.len() as u64,
    }
}

/// Compares every embedded file with the hash that the console's build wrote down, and says how many
/// there are.
///
/// # Errors
/// One sentence: no console, an unreadable manifest, or the files that differ.
pub fn verify() -> Result<usize, String> {
    let manifest = manifest()
        .ok_or("this binary was built without a console; run cargo xtask run")?
        .map_err(|cause| format!("{MANIFEST} of the embedded console cannot be read: {cause}"))?;
    let embedded = |name: &str| match ASSETS.get(name) {
        Some(asset) => Some(asset.sha256),
        None => Dist::get(name).map(|file| file.metadata.sha256_hash()),
    };
    let mut wrong: Vec<&str> = manifest
        .files
        .iter()
        .filter(|(name, expected)| {
            embedded(name).is_none_or(|found| hex(&found) != expected.to_ascii_lowercase())
        })
        .map(|(name, _)| name.as_str())
        .collect();
    wrong.extend(
        ASSETS
            .keys()
            .map(String::as_str)
            .filter(|name| *name != MANIFEST && !manifest.files.contains_key(*name)),
    );
    if manifest.files.is_empty() {
        return Err(format!("{MANIFEST} of the embedded console names no file"));
    }
    if wrong.is_empty() {
        Ok(manifest.files.len())
    } else {
        Err(format!(
            "embedded files differ from {MANIFEST}: {}",
            wrong.join(", ")
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn only_a_hashed_name_is_kept_for_a_year() {
        for hashed in [
            "aicmo-frontend-1f0c9ab34de56789.js",
            "aicmo-frontend-1f0c9ab34de56789_bg.wasm",
            "app-9a8b7c6d5e4f3a2b.css",
            "snippets/aicmo-frontend-1f0c9ab34de56789/inline0.js",
        ] {
            assert!(is_hashed(hashed), "{hashed}");
        }
        for plain in [
            "index.html",
            "boot.js",
            "console.json",
            "favicon.svg",
            "feedfacedeed.js",
        ] {
            assert!(!is_hashed(plain), "{plain}");
        }
    }

    #[test]
    fn brotli_goes_only_to_who_takes_it() {
        let takes = |header: &str| {
            takes_brotli(
                &TestRequest::default()
                    .insert_header((ACCEPT_ENCODING, header))
                    .to_http_request(),
            )
        };
        assert!(takes("gzip, deflate, br, zstd"));
        assert!(takes("br;q=0.5"));
        assert!(!takes("gzip"));
        assert!(!takes("br;q=0, gzip"));
        assert!(!takes(""));
    }

    #[test]
    fn there_is_always_a_page() {
        let page = page(&TestRequest::default().to_http_request()).expect("a page");
        assert_eq!(
            page.headers().get(CONTENT_TYPE),
            Some(&HeaderValue::from_static("text/html; charset=utf-8"))
        );
        assert_eq!(report().embedded, verify().is_ok(), "{:?}", verify());
    }

    /// Whether a page holds anything that the content security policy would not run.
    fn inline_code(page: &str) -> Vec<&str> {
        page.split('<')
            .filter_map(|tag| tag.split('>').next())
            .filter(|tag| {
                let is_inline = tag.starts_with("script") && !tag.contains(" src=");
                let has_style = tag.starts_with("style") || tag.contains(" style=");
                let has_handler = tag.split_whitespace().any(|word| word.starts_with("on"));
                is_inline || has_style || has_handler || tag.contains("javascript:")
            })
            .collect()
    }

    #[test]
    fn no_page_of_the_console_has_inline_script_style_or_handlers() {
        let found = inline_code("<script>go()</script><b style='x'><i onclick=x><script src=a></script>");
        assert_eq!(found, ["script", "b style='x'", "i onclick=x"]);
        let source = include_str!("../../../frontend/index.html");
        assert_eq!(inline_code(source), [""; 0]);
        let is_page = |asset: &Asset| asset.content_type.as_bytes().starts_with(b"text/html");
        for (name, asset) in ASSETS.iter().filter(|(_, asset)| is_page(asset)) {
            let page = std::str::from_utf8(&asset.bytes).expect("UTF-8");
            assert_eq!(inline_code(page), [""; 0], "{name}");
        }
    }
}
