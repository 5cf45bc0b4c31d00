//! Tables for a spreadsheet, as CSV (RFC 4180).
//!
//! A cell that a spreadsheet would take for a formula gets an apostrophe in front, which makes it
//! text: what a lead calls itself must not run on the machine of who opens the file.

/// Adds a line of cells to `into`.
pub fn push_line<'a>(into: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            into.push(',');
        }
        push_cell(into, cell);
    }
    into.push_str("\r\n");
}

/// A cell as it was before it was made harmless: what leaves as a table can come in again.
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'')
        .filter(|cell| is_formula(cell))
        .unwrap_or(cell)
}

fn is_formula(cell: &str) -> bool {
    // Whatever stands in front of it, a spreadsheet skips blanks.
    cell.trim_start().starts_with(['=', '+', '-', '@']) || cell.starts_with(['\t', '\r', '\n'])
}

fn push_cell(into: &mut String, cell: &str) {
    let is_formula = is_formula(cell);
    let quoted = is_formula || cell.contains([',', '"', '\n', '\r']) || cell.trim() != cell;
    if !quoted {
        into.push_str(cell);
        return;
    }
    into.push('"');
    if is_formula {
        into.push('\'');
    }
    into.push_str(&cell.replace('"', "\"\""));
    into.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_reads_back_and_none_is_a_formula() {
        let cells = [
            "plain",
            "with, comma",
            "a \"quote\"",
            "two\nlines",
            " blank ",
            "",
            "=1+1",
            "+49 30",
            "-5",
            "@sum",
            "\t=1",
            " =HYPERLINK(\"x\")",
            "\r=1",
        ];
        let mut text = String::new();
        push_line(&mut text, cells);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes());
        let read = reader.records().next().expect("a line").expect("well-formed");
        assert_eq!(read.len(), cells.len());
        for (read, cell) in read.iter().zip(cells) {
            assert_eq!(unguarded(read), cell);
            let runs = ['=', '+', '-', '@', '\t', '\r']
                .iter()
                .any(|sign| read.trim_start().starts_with(*sign));
            assert!(!runs, "{read:?} is a formula");
        }
    }
}
