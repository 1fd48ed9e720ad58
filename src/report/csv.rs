//! The day's trades as CSV: a header, then a line for each that ended on the day or was open.

use crate::told::day::Report;
use crate::told::trades::Trade;

const HEADER: &str = "trade,ticker,side,state,opened,closed,quantity,entry,exit,realized,commission,net,fills,\
    slippage,unprotected_ms_max,rule,because,ended_by";

/// The whole file.
#[must_use]
pub fn csv(report: &Report) -> String {
    let lines = report.trades.iter().chain(&report.open).map(line);
    [HEADER.to_owned()].into_iter().chain(lines).map(|line| line + "\n").collect()
}

fn line(own: &Trade) -> String {
    let or_empty = |value: Option<String>| value.unwrap_or_default();
    let price = |price: Option<engine::Price>| or_empty(price.map(|price| price.value().to_string()));
    let cells = [
        own.trade.clone(),
        own.ticker.to_string(),
        own.side.clone(),
        own.state.clone(),
        own.opened.to_rfc3339(),
        or_empty(own.closed.map(|at| at.to_rfc3339())),
        own.quantity.to_string(),
        price(own.entry),
        price(own.exit),
        own.realized.value().to_string(),
        own.commission.value().to_string(),
        own.net.value().to_string(),
        own.fills.to_string(),
        or_empty(own.slippage.map(|slippage| slippage.value().to_string())),
        or_empty(own.unprotected_ms_max.map(|span| span.to_string())),
        quoted(&own.rule),
        quoted(&own.because),
        quoted(own.ended_by.as_deref().unwrap_or_default()),
    ];
    cells.join(",")
}

/// A field that may hold anything. One that a spreadsheet would reckon with is made plain text.
fn quoted(text: &str) -> String {
    let plain = if text.starts_with(['=', '+', '-', '@', '\t']) { "'" } else { "" };
    format!("\"{plain}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::{csv, quoted};
    use crate::report::text::tests::eventful;

    #[test]
    fn each_trade_is_a_line_of_as_many_fields_as_the_header() {
        let told = csv(&eventful());
        let mut lines = told.lines();
        let header = lines.next().unwrap();
        assert_eq!(header.split(',').count(), 18);
        assert_eq!(
            lines.next().unwrap(),
            "AAPL.12,AAPL,long,closed,2008-09-29T10:08:46-04:00,2008-09-29T11:02:10-04:00,83,119.08,129.12,833.32,2.00,\
             831.32,2,1.66,12,\"Buy\",\"Buy <b>&: \"\"0.71\"\" >= 0.70\",\"<script>alert(1)</script>\""
        );
        assert!(lines.next().unwrap().starts_with("GOOG.3,AAPL,long,open,"));
        assert_eq!(lines.next(), None);
    }

    #[test]
    fn nothing_is_reckoned_with() {
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(quoted("a, \"b\""), "\"a, \"\"b\"\"\"");
    }
}
