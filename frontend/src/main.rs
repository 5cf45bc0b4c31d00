//! The console: one page, drawn in the browser, that talks to the JSON API only.
//!
//! Owns: the screen. Does not own: any rule of the domain; whatever a rule decides comes from the
//! server or from `aicmo_shared`. Start reading at `app`; `boot` is the seam to `boot.js`.
//! It is built in two sizes: the first screen alone, and (feature `whole`) every tab.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
#![cfg_attr(
    not(feature = "whole"),
    expect(
        dead_code,
        unused_imports,
        reason = "the first screen uses a part of what all tabs share"
    )
)]

mod api;
mod app;
mod boot;
mod components;
#[cfg(feature = "whole")]
mod door;
mod format;
mod keys;
mod live;
#[cfg(feature = "whole")]
mod passkey;
mod session;
mod shell;
mod tab;
mod tabs;

fn main() {
    boot::start();
    api::watch_presence();
    leptos::mount::mount_to(boot::root_element(), app::App).forget();
    boot::running();
}
