//! The report as one HTML file: no script, nothing to be fetched, light and dark, readable on a phone.
//!
//! Every text is escaped here, at the last step: rules, tickers and sources may be called anything.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::text::{facts, open_title, result, told};
use crate::told::day::{Numbers, Report};
use crate::told::trades::Trade;

const STYLE: &str = "
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --good: #0a7a3d; --bad: #c0281c; }
@media (prefers-color-scheme: dark) { :root { --good: #4cc38a; --bad: #ff7b6e; } }
body { font: 16px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 64rem; padding: 1rem; }
h1 { font-size: 1.4rem; margin: .2rem 0; } h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
p { margin: .2rem 0; } .soft { opacity: .7; } .big { font-size: 1.8rem; font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; background: var(--soft); white-space: nowrap; } .n { text-align: right; white-space: nowrap; }
";

/// The whole file.
#[must_use]
pub fn html(report: &Report) -> String {
    let (date, zone) = (report.date, escaped(&report.zone));
    let so_far = if report.over { "" } else { ", so far" };
    let net = report.all.net;
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Trading day {date}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>Trading day {date}</h1>\n<p class=\"soft\">days of {zone}{so_far}</p>\n\
         <p class=\"big {}\">{net:+}</p>\n",
        tone(&format!("{net:+}")),
    );
    let rows: Vec<Vec<String>> =
        facts(report).into_iter().map(|(name, told)| vec![name.to_owned(), told]).collect();
    section(&mut page, "The day", &[], &rows, 9);
    numbers(&mut page, "By ticker", ["ticker", "trades won"], &by_name(&report.tickers));
    numbers(&mut page, "By rule", ["rule", "lots won"], &by_name(&report.rules));
    counts(&mut page, "Signals declined", &report.signals_declined);
    counts(&mut page, "Refused by the risk book", &report.refused);
    let rows: Vec<Vec<String>> =
        report.incidents.iter().map(|own| vec![own.at.format("%H:%M:%S").to_string(), told(own)]).collect();
    let before = |count: u64| if count == 0 { String::new() } else { format!(", {count} before these") };
    section(&mut page, &format!("Incidents{}", before(report.incidents_before)), &["time", "what"], &rows, 9);
    trades(&mut page, &format!("Trades that ended{}", before(report.trades_before)), &report.trades);
    trades(&mut page, &capitalised(open_title(report)), &report.open);
    page.push_str("</body>\n</html>\n");
    page
}

fn by_name<K: ToString>(all: &BTreeMap<K, Numbers>) -> Vec<(String, &Numbers)> {
    all.iter().map(|(name, own)| (name.to_string(), own)).collect()
}

fn numbers(page: &mut String, title: &str, [name, won]: [&str; 2], all: &[(String, &Numbers)]) {
    let rows: Vec<Vec<String>> = all.iter().map(|(name, own)| result(name.clone(), own).to_vec()).collect();
    section(page, title, &[name, won, "realised", "commission", "net"], &rows, 1);
}

fn counts(page: &mut String, title: &str, all: &BTreeMap<String, u64>) {
    let rows: Vec<Vec<String>> =
        all.iter().map(|(name, count)| vec![name.clone(), count.to_string()]).collect();
    section(page, title, &["why", "times"], &rows, 1);
}

fn trades(page: &mut String, title: &str, all: &[Trade]) {
    let price = |price: Option<engine::Price>| price.map_or_else(String::new, |price| price.to_string());
    let row = |own: &Trade| {
        vec![
            own.trade.clone(),
            own.opened.format("%m-%d %H:%M:%S").to_string(),
            format!("{} {}", own.side, own.quantity),
            own.because.clone(),
            own.ended_by.clone().unwrap_or_else(|| own.state.clone()),
            price(own.entry),
            price(own.exit),
            own.slippage.map_or_else(String::new, |slippage| slippage.to_string()),
            own.commission.to_string(),
            format!("{:+}", own.net),
        ]
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    let header =
        ["trade", "decided", "position", "why", "ended by", "entry", "exit", "slippage", "commission", "net"];
    section(page, title, &header, &rows, 5);
}

/// A table under a title; columns from `first_number` on are numbers. Nothing where there are no rows.
fn section(page: &mut String, title: &str, header: &[&str], rows: &[Vec<String>], first_number: usize) {
    if rows.is_empty() {
        return;
    }
    // Writing into a string never fails.
    let _ = writeln!(page, "<h2>{}</h2>\n<div class=\"wide\"><table>", escaped(title));
    let cell = |tag: &str, column: usize, text: &str| {
        let class =
            if column >= first_number { format!(" class=\"n {}\"", tone(text)) } else { String::new() };
        format!("<{tag}{class}>{}</{tag}>", escaped(text))
    };
    let row = |tag: &str, cells: &[&str]| {
        let cells: String = cells.iter().enumerate().map(|(column, text)| cell(tag, column, text)).collect();
        format!("<tr>{cells}</tr>\n")
    };
    if !header.is_empty() {
        page.push_str(&row("th", header));
    }
    for cells in rows {
        page.push_str(&row("td", &cells.iter().map(String::as_str).collect::<Vec<_>>()));
    }
    page.push_str("</table></div>\n");
}

/// Gains and losses, which are written with their sign, have colours.
fn tone(text: &str) -> &'static str {
    match text.chars().next() {
        Some('+') if text.contains(|digit: char| ('1'..='9').contains(&digit)) => "good",
        Some('-') => "bad",
        _ => "",
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut safe, letter| {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter if letter.is_control() => safe.push(' '),
            letter => safe.push(letter),
        }
        safe
    })
}

#[cfg(test)]
mod tests {
    use super::{escaped, html};
    use crate::report::text::tests::eventful;

    #[test]
    fn a_page_by_itself_in_which_nothing_is_markup_but_its_own() {
        let page = html(&eventful());
        assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
        for wrong in ["<script", "<b>", "http", "src=", "href=", "url("] {
            assert!(!page.contains(wrong), "{wrong} in {page}");
        }
        assert!(page.contains("Buy &lt;b&gt;&amp;: &quot;0.71&quot; &gt;= 0.70"), "{page}");
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
        for wanted in [
            "name=\"viewport\"",
            "prefers-color-scheme: dark",
            "color-scheme: light dark",
            "overflow-x: auto",
        ] {
            assert!(page.contains(wanted), "{wanted}");
        }
        assert!(page.contains("<td class=\"n good\">+831.32</td>"), "{page}");
        assert!(page.contains("<td class=\"n bad\">-14.82</td>"), "{page}");
        for tag in ["table", "tr", "td", "th", "div", "h2", "p"] {
            let count = |what: String| page.matches(&what).count();
            let opened = count(format!("<{tag}>")) + count(format!("<{tag} "));
            assert_eq!(opened, count(format!("</{tag}>")), "{tag}");
        }
        assert_eq!(page, html(&eventful()), "the same day makes the same page");
    }

    #[test]
    fn what_moves_a_cursor_or_closes_a_tag_is_gone() {
        assert_eq!(escaped("a\u{1b}'<"), "a &#39;&lt;");
    }
}
