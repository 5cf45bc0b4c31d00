//! A text as a QR code: the outline of its dark squares. Pure.

use std::fmt::Write;

use qrcodegen::{QrCode, QrCodeEcc};

/// The quiet zone that readers need, in squares.
const MARGIN: i32 = 4;

/// A code to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Width and height with the quiet zone, in squares.
    pub size: i32,
    /// The path of the dark squares.
    pub path: String,
}

/// The code of `text`; `None` when it is too long for one.
pub fn outline(text: &str) -> Option<Outline> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let from = x;
            while x < code.size() && code.get_module(x, y) {
                x += 1;
            }
            if x > from {
                let (left, top, width) = (from + MARGIN, y + MARGIN, x - from);
                let _ = write!(path, "M{left} {top}h{width}v1H{left}z");
            }
            x += 1;
        }
    }
    Some(Outline {
        size: code.size() + 2 * MARGIN,
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners_and_its_quiet_zone() {
        let found = outline("otpauth://totp/AICMO:a@example.org?secret=JBSWY3DPEHPK3PXP&issuer=AICMO");
        let outline = found.unwrap_or(Outline {
            size: 0,
            path: String::new(),
        });
        let far = outline.size - MARGIN - 7;
        for corner in [
            format!("M{MARGIN} {MARGIN}h7"),
            format!("M{far} {MARGIN}h7"),
            format!("M{MARGIN} {far}h7"),
        ] {
            assert!(outline.path.contains(&corner), "{corner}");
        }
    }

    #[test]
    fn a_text_that_no_code_holds_gives_none() {
        assert_eq!(outline(&"a".repeat(5_000)), None);
    }
}
