//! Columns that stand under each other.

/// Lines of cells, each column as wide as its widest cell. The last column is as it is: text of users
/// may stand there, whose width nobody knows.
pub(super) fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let spelt = lines.iter().map(|line| {
        let cells = line.iter().zip(&widths);
        let padded = cells.map(|(cell, width)| format!("{cell:<width$}"));
        let line = padded.collect::<Vec<_>>().join("  ");
        line.trim_end().to_owned() + "\n"
    });
    spelt.collect()
}

/// Text of users, without what could command a terminal or turn the line around.
pub(super) fn harmless(text: &str) -> String {
    let turns = |c| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = |c: char| {
        if c.is_control() || turns(c) {
            '\u{fffd}'
        } else {
            c
        }
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let line = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let lines = [line(["A", "LONGER", "C"]), line(["wide one", "b", ""])];
        assert_eq!(aligned(&lines), "A         LONGER  C\nwide one  b\n");
        assert_eq!(aligned(&[]), "");
    }

    #[test]
    fn a_label_commands_no_terminal() {
        assert_eq!(
            harmless("小梅\u{1b}[2J\u{202e}!"),
            "小梅\u{fffd}[2J\u{fffd}!"
        );
    }
}
