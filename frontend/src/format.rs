//! Numbers, ages and times as the operator reads them.
//!
//! Numbers and ages are pure and tested here; times of day go through the browser, in the
//! operator's own time zone.

use aicmo_shared::{DateText, Timestamp};
use wasm_bindgen::JsValue;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A count with its thousands apart: `10,000`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count with its noun: `1 lead`, `3 leads`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// A percentage with one decimal, without its sign: `98.0`.
pub fn percent(value: f64) -> String {
    decimals(value, 1)
}

/// A score between 0 and 1 with two decimals.
pub fn score(value: f64) -> String {
    decimals(value, 2)
}

/// A number with `places` digits after the point, half away from zero. Made of whole numbers: the
/// formatter of floats in the standard library weighs more than a tab.
#[expect(clippy::cast_possible_truncation, reason = "figures stay far below 2^53")]
pub fn decimals(value: f64, places: u32) -> String {
    let scale = 10_i64.pow(places);
    let scaled = (value * f64::from(10_u32.pow(places))).round() as i64;
    let sign = if scaled < 0 { "-" } else { "" };
    let (whole, part) = (scaled.abs() / scale, scaled.abs() % scale);
    let width = places as usize;
    format!("{sign}{whole}.{part:0width$}")
}

/// Bytes in the largest unit that keeps one digit before the point.
#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
pub fn bytes(size: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if size < 1024 {
        return format!("{size} B");
    }
    let mut value = size as f64 / 1024.0;
    let mut unit = "KB";
    for next in UNITS.iter().skip(1) {
        if value < 1024.0 {
            break;
        }
        value /= 1024.0;
        unit = next;
    }
    format!("{} {unit}", decimals(value, 1))
}

/// A length of time in at most two units: `38 s`, `3 h 40 min`, `12 d`.
pub fn duration(millis: i64) -> String {
    let millis = millis.max(0);
    if millis < MINUTE {
        format!("{} s", millis / SECOND)
    } else if millis < HOUR {
        format!("{} min", millis / MINUTE)
    } else if millis < DAY {
        match (millis % HOUR) / MINUTE {
            0 => format!("{} h", millis / HOUR),
            minutes => format!("{} h {minutes} min", millis / HOUR),
        }
    } else {
        match (millis % DAY) / HOUR {
            hours if hours > 0 && millis < 3 * DAY => format!("{} d {hours} h", millis / DAY),
            _ => format!("{} d", millis / DAY),
        }
    }
}

/// How long ago `at` was: `now`, `2 s ago`, `31 h ago`.
pub fn age(at: Timestamp, now: Timestamp) -> String {
    let past = now.since(at);
    if past < 1_500 {
        "now".to_owned()
    } else if past < HOUR {
        format!("{} ago", duration(past))
    } else if past < 2 * DAY {
        format!("{} h ago", past / HOUR)
    } else {
        format!("{} d ago", past / DAY)
    }
}

/// How long until `at`: `in 3 h 40 min`, or how long it is overdue.
pub fn until(at: Timestamp, now: Timestamp) -> String {
    let left = at.since(now);
    if left >= 0 {
        format!("in {}", duration(left))
    } else {
        format!("{} overdue", duration(-left))
    }
}

/// A difference of clocks with its sign: `+0.4 s`, `-12 s`.
#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
pub fn skew(millis: i64) -> String {
    if millis.abs() < 10 * SECOND {
        let sign = if millis < 0 { "" } else { "+" };
        format!("{sign}{} s", decimals(millis as f64 / 1000.0, 1))
    } else {
        format!("{}{}", if millis < 0 { "-" } else { "+" }, duration(millis.abs()))
    }
}

/// An enum's wire word as a word: `lead_generation` becomes `lead generation`.
pub fn spaced(word: &str) -> String {
    word.replace('_', " ")
}

/// The time of day with seconds: `09:41:07`.
pub fn clock(at: Timestamp) -> String {
    locale_text(
        at,
        &[("hour", "2-digit"), ("minute", "2-digit"), ("second", "2-digit")],
    )
}

/// The time of day: `09:41`.
pub fn hour_minute(at: Timestamp) -> String {
    locale_text(at, &[("hour", "2-digit"), ("minute", "2-digit")])
}

/// The date: `22 Nov 2026`.
pub fn day(at: Timestamp) -> String {
    locale_text(at, &[("day", "numeric"), ("month", "short"), ("year", "numeric")])
}

/// Date and time: `22 Nov 2026, 09:41`.
pub fn moment(at: Timestamp) -> String {
    format!("{}, {}", day(at), hour_minute(at))
}

/// The time of day when it is today, else day and month: for feeds and lists.
pub fn hour_or_day(at: Timestamp, now: Timestamp) -> String {
    if day(at) == day(now) {
        hour_minute(at)
    } else {
        locale_text(at, &[("day", "numeric"), ("month", "short")])
    }
}

/// The machine-readable form for `<time datetime>`.
pub fn machine(at: Timestamp) -> String {
    at.to_string()
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit an f64")]
fn locale_text(at: Timestamp, fields: &[(&str, &str)]) -> String {
    let options = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&options, &"hourCycle".into(), &"h23".into());
    for (name, value) in fields {
        let _ = js_sys::Reflect::set(&options, &(*name).into(), &(*value).into());
    }
    let date = js_sys::Date::new(&JsValue::from_f64(at.as_millis() as f64));
    String::from(date.to_locale_string("en-GB", &options))
}

/// When a day begins: the day, and how many days later.
pub type DayBegins = fn(&DateText, u8) -> Option<Timestamp>;

/// When `day` begins for the person at this browser, `later` days on.
#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 fit an i64"
)]
pub fn day_begins(day: &DateText, later: u8) -> Option<Timestamp> {
    let mut parts = day.as_str().split('-').map(str::parse::<u32>);
    let (year, month, date) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let month = i32::try_from(month).ok()? - 1;
    let date = i32::try_from(date).ok()? + i32::from(later);
    let begins = js_sys::Date::new_with_year_month_day(year, month, date).get_time();
    begins.is_finite().then(|| Timestamp::from_millis(begins as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_keeps_its_thousands_apart() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (10_000, "10,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(count(number), text);
        }
        assert_eq!(counted(1, "lead", "leads"), "1 lead");
        assert_eq!(counted(0, "lead", "leads"), "0 leads");
    }

    #[test]
    fn decimals_round_half_away_from_zero() {
        assert_eq!(decimals(98.0, 1), "98.0");
        assert_eq!(decimals(0.625, 2), "0.63");
        assert_eq!(decimals(-0.25, 1), "-0.3");
        assert_eq!(decimals(0.04, 2), "0.04");
        assert_eq!(decimals(0.0, 1), "0.0");
    }

    #[test]
    fn a_duration_has_at_most_two_units() {
        for (millis, text) in [
            (-5, "0 s"),
            (38 * SECOND, "38 s"),
            (59 * MINUTE, "59 min"),
            (3 * HOUR + 40 * MINUTE, "3 h 40 min"),
            (31 * HOUR, "1 d 7 h"),
            (12 * DAY + HOUR, "12 d"),
        ] {
            assert_eq!(duration(millis), text);
        }
    }

    #[test]
    fn an_age_never_lies_in_the_future() {
        let now = Timestamp::from_millis(10 * DAY);
        assert_eq!(age(now.plus_millis(5_000), now), "now");
        assert_eq!(age(now.plus_millis(-2_000), now), "2 s ago");
        assert_eq!(age(now.plus_millis(-31 * HOUR), now), "31 h ago");
        assert_eq!(until(now.plus_millis(-HOUR), now), "1 h overdue");
        assert_eq!(until(now.plus_millis(HOUR), now), "in 1 h");
    }

    #[test]
    fn sizes_and_skews_are_short() {
        assert_eq!(bytes(900), "900 B");
        assert_eq!(bytes(1_536), "1.5 KB");
        assert_eq!(bytes(5 * 1024 * 1024), "5.0 MB");
        assert_eq!(skew(-400), "-0.4 s");
        assert_eq!(skew(90 * SECOND), "+1 min");
    }
}
