//! What the records tell people, as the data that JSON shows and screens and reports put into words.
//!
//! The same values are made of a running program's board and of a journal that is read while nothing runs. Money, prices
//! and quantities are text in JSON; times are market time in the configured zone; spans are milliseconds of process time.
//!
//! Read next: [`trades`], [`whole`], [`orders`], [`signals`], [`positions`], [`day`].

pub mod day;
pub mod orders;
pub mod positions;
pub mod signals;
pub mod trades;
pub mod whole;

use actors::TickerView;
use chrono::{DateTime, FixedOffset, Utc};
use chrono_tz::Tz;
use engine::{Mode, OrderRef, TickerKey};

/// A moment in a zone.
#[must_use]
pub fn local(at: DateTime<Utc>, zone: Tz) -> DateTime<FixedOffset> {
    at.with_timezone(&zone).fixed_offset()
}

/// A ticker's state in words. What keeps it from deciding goes before what it would be.
#[must_use]
pub fn state(view: &TickerView) -> String {
    match &view.trouble {
        Some(trouble) => trouble.to_string(),
        None if !view.winding_down => view.mode.to_string(),
        None if view.mode == Mode::Active => "winding down".to_owned(),
        None => format!("{}, winding down", view.mode),
    }
}

/// The trade that a person names: `AAPL.12`, or by the reference of one of its orders.
#[must_use]
pub fn trade_named(text: &str) -> Option<(TickerKey, u32)> {
    let text = text.trim().to_ascii_uppercase();
    if let Ok(OrderRef { ticker, trade, .. }) = text.parse::<OrderRef>() {
        return Some((ticker, trade));
    }
    let (ticker, number) = text.split_once('.')?;
    let number = number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok()).flatten()?;
    Some((ticker.parse().ok()?, number))
}

/// What is said where there is no such trade.
#[must_use]
pub fn no_trade(name: &str) -> String {
    format!(
        "there is no trade `{name}` among those that are kept; `supervisor trades` lists them: write AAPL.12, or the \
         reference of one of its orders"
    )
}

#[cfg(test)]
mod tests {
    use engine::{Installation, OrderRef, Role};

    use super::trade_named;

    #[test]
    fn a_trade_is_named_by_itself_or_by_an_order() {
        let wanted = Some(("AAPL".parse().unwrap(), 40));
        let ticker = "AAPL".parse().unwrap();
        let installation = Installation::from_number(7);
        let order = OrderRef { installation, ticker, trade: 40, role: Role::Stop, n: 2 };
        assert_eq!(trade_named("aapl.40"), wanted);
        assert_eq!(trade_named(&order.to_string()), wanted);
        for wrong in ["", "AAPL", "AAPL.", "AAPL.-1", "AAPL.+1", "AAPL.1.S1", "../status", "AAPL.99999999999"]
        {
            assert_eq!(trade_named(wrong), None, "{wrong}");
        }
    }
}
