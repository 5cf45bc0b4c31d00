//! The building blocks of every screen. Each decides nothing about the domain.

pub mod button;
pub mod dialog;
pub mod field;
pub mod figure;
pub mod icon;
pub mod menu;
pub mod panel;
pub mod pill;
pub mod table;
pub mod toast;
pub mod bars;
pub mod doing;
pub mod dom;
pub mod pager;
