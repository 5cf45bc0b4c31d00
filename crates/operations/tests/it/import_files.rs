//! Files as they really come: every encoding and separator, and everything that is no usable file.

use aicmo_operations::OperationError;
use aicmo_operations::import::list_imports;
use aicmo_shared::ErrorCode;
use aicmo_shared::api::ImportQuery;
use aicmo_shared::import::{Delimiter, ImportRow, ImportState, RowNote, RowReason, RowVerdict, TextEncoding};
use aicmo_test_support::on_both_databases;

use crate::import::{Desk, told};
use crate::support::audit_rows;

fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

/// As a spreadsheet saves "CSV (Windows)": one byte per letter.
fn windows_1252(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).expect("a letter of Latin-1"))
        .collect()
}

on_both_databases! {
    async fn names_with_accents_come_through_every_encoding(db: TestDatabase) {
        let desk = Desk::at(db.store());
        let text = |email: &str| format!("Name;E-Mail\r\nZoë Müller;{email}\r\n");
        let marked = |email: &str| format!("\u{feff}{}", text(email));
        for (email, bytes, encoding) in [
            ("a@example.org", text("a@example.org").into_bytes(), TextEncoding::Utf8),
            ("b@example.org", marked("b@example.org").into_bytes(), TextEncoding::Utf8),
            ("c@example.org", utf16(&marked("c@example.org"), u16::to_le_bytes), TextEncoding::Utf16Le),
            ("d@example.org", utf16(&marked("d@example.org"), u16::to_be_bytes), TextEncoding::Utf16Be),
            ("e@example.org", utf16(&text("e@example.org"), u16::to_le_bytes), TextEncoding::Utf16Le),
            ("f@example.org", windows_1252(&text("f@example.org")), TextEncoding::Windows1252),
        ] {
            let previewed = desk.previewed(bytes).await;
            let reading = previewed.reading.clone().expect("read");
            assert_eq!((reading.encoding, reading.delimiter), (encoding, Delimiter::Semicolon), "{email}");
            assert_eq!(reading.headers, ["Name", "E-Mail"], "{email}");
            assert_eq!(desk.commit(&previewed).await.state, ImportState::Committed);
            let lead = desk.lead(email).await.expect("imported");
            assert_eq!(lead.row.name, "Zoë Müller", "{email}");
        }
    }

    async fn awkward_but_readable_files_are_read_row_by_row(db: TestDatabase) {
        let desk = Desk::at(db.store());
        for (file, expected) in [
            // A quoted line break belongs to its field, and counts as one record.
            ("Name,Email,Notes\n\"Ana\nLima\",a1@x.org,\"one\r\ntwo\"\nBo,b1@x.org,\n", vec!["2 new", "3 new"]),
            // Ragged rows are invalid, the others are not.
            ("Name,Email\nAna,a2@x.org,extra\nBo\nCleo,c2@x.org\n",
             vec!["2 invalid column_count", "3 invalid column_count", "4 new"]),
            // An empty line and a line of separators count, and are no rows.
            ("Name,Email\n\nAna,a3@x.org\n,\nBo,b3@x.org", vec!["3 new", "5 new"]),
            // The separator line and a preamble count too.
            ("sep=;\nName;Email\nLima, Ana;a4@x.org\n", vec!["3 new"]),
            ("Exported on Monday\n\nName\tEmail\nAna\ta5@x.org\n", vec!["4 new"]),
            ("Name|Email\rAna|a6@x.org\r", vec!["2 new"]),
            ("Name,Email\nAna,a7@x.org\nB\0o,b7@x.org\n", vec!["2 new", "3 invalid encoding_error"]),
            ("Name,Email\nA\u{202E}na,a8@x.org\n", vec!["2 new encoding_error?"]),
        ] {
            let previewed = desk.previewed(file).await;
            assert_eq!(told(&desk.rows(&previewed).await), expected, "{file:?}");
        }
    }

    async fn one_damaged_row_among_many_accents_is_the_only_one_refused(db: TestDatabase) {
        let desk = Desk::at(db.store());
        let mut bytes = "Name,Email\n".to_owned().into_bytes();
        for row in 0..20 {
            bytes.extend_from_slice(format!("Zoë Müller,z{row}@x.org\n").as_bytes());
        }
        bytes.extend_from_slice(b"Andr\xE9,andre@x.org\n");
        let previewed = desk.previewed(bytes).await;
        assert_eq!((previewed.counts.new, previewed.counts.invalid), (20, 1));
        let last = desk.rows(&previewed).await.pop().expect("a row");
        assert_eq!(told(&[last]), ["22 invalid encoding_error"]);
    }

    async fn an_unusable_file_is_refused_whole_with_place_and_reason(db: TestDatabase) {
        let desk = Desk::at(db.store());
        let wide = format!("Name,Email{}\n", ",".repeat(600));
        let long_row = format!("Name,Email\nAna,a@x.org\nBo,\"{}\"\n", "x".repeat(10_000_000));
        let before = audit_rows(&desk.store).await;
        for (bytes, pointer, code) in [
            (b"".to_vec(), "/file", "empty"),
            (b"\xEF\xBB\xBF\r\n".to_vec(), "/file", "empty"),
            (b"PK\x03\x04\x14\0\x06\0".to_vec(), "/file", "not_text"),
            ((0..=255).cycle().take(4_096).collect(), "/file", "not_text"),
            (vec![0; 1_000], "/file", "not_text"),
            (b"Ana,ana@example.org\nBo,bo@example.org\n".to_vec(), "/file/rows/1", "header_missing"),
            (b"Company,City\nAcme,Oslo\n".to_vec(), "/file/rows/1", "header_missing"),
            (b"Name,Email\n\n,\n".to_vec(), "/file/rows/1", "no_rows"),
            (b"sep=#\nName#Email\n".to_vec(), "/file/rows/1", "delimiter_unknown"),
            (b"Name,Email\nAna,a@x.org\nBo,\"b@x.org\nCleo,c@x.org\n".to_vec(), "/file/rows/3/columns/2", "quote_unclosed"),
            (long_row.into_bytes(), "/file/rows/3/columns/2", "field_too_long"),
            (wide.into_bytes(), "/file/rows/1", "too_many_columns"),
        ] {
            let refused = desk.upload(&bytes).await.expect_err("cannot be used");
            let problem = refused.to_problem();
            assert_eq!(problem.code, ErrorCode::ValidationFailed, "{code}: {refused}");
            let field = problem.errors.first().expect("a field");
            assert_eq!((field.pointer.as_str(), field.code.as_str()), (pointer, code), "{refused}");
            assert!(field.message.ends_with('.'), "{}", field.message);
        }
        let huge = "Name,Email\nAna,a@x.org\n".repeat(1_000_000);
        let refused = desk.upload(huge).await.expect_err("too large");
        assert!(matches!(refused, OperationError::TooLarge { .. }), "{refused:?}");
        let known = list_imports(&desk.ops, &ImportQuery::default()).await.expect("a list").into_data();
        assert!(known.is_empty(), "nothing of a refused file is kept: {known:?}");
        assert_eq!(desk.n_files(), 0, "nor its bytes");
        assert_eq!(audit_rows(&desk.store).await, before);
    }
}

#[test]
fn a_warning_is_told_from_a_reason() {
    let row = ImportRow {
        row_number: 2,
        verdict: RowVerdict::New,
        name: None,
        email: None,
        company: None,
        notes: vec![RowNote {
            reason: RowReason::TooLong,
            column: None,
            value: None,
            message: String::new(),
            is_warning: true,
        }],
        fills: Vec::new(),
        changes: Vec::new(),
        lead: None,
        undo: None,
        kept: Vec::new(),
    };
    assert_eq!(told(&[row]), ["2 new too_long?"]);
}
