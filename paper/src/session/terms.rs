//! From a client's order to terms: what is understood is taken, what would be ignored to its harm is refused in words.
//!
//! Absent, empty, zero and TWS's sentinels for "unset" are one and the same here.
//!
//! Read next: [`echo`](crate::session::echo).

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

use crate::exchange::order::{Kind, Oca, OcaType, Side, Terms, TimeInForce, Trail};
use crate::exchange::refusal::Refusal;
use crate::market::calendar::ZONE;
use crate::wire::message::order::Order;

/// Reads an order for a contract.
pub fn terms_of(con_id: i32, account: &str, order: &Order) -> Result<Terms, Refusal> {
    if !order.account().is_empty() && order.account() != account {
        return Err(invalid("Invalid account code"));
    }
    refuse_what_would_be_ignored(order)?;
    Ok(Terms {
        con_id,
        side: side(order.action())?,
        kind: kind(order)?,
        quantity: quantity(order)?,
        tif: time_in_force(order)?,
        outside_rth: order.outside_rth(),
        oca: oca(order)?,
        parent: Some(order.parent_id()).filter(|id| *id != 0),
        transmit: order.transmit(),
        order_ref: order.order_ref().to_owned(),
    })
}

fn side(action: &str) -> Result<Side, Refusal> {
    match action {
        "BUY" => Ok(Side::Buy),
        "SELL" => Ok(Side::Sell),
        // SSHORT is for institutions; everybody else sells short with SELL.
        _ => Err(invalid(&format!("Invalid action `{action}`"))),
    }
}

fn kind(order: &Order) -> Result<Kind, Refusal> {
    let limit = || price(order.lmt_price).ok_or_else(|| invalid("a limit price is missing"));
    let stop = || price(order.aux_price).ok_or_else(|| invalid("a stop price is missing"));
    match order.order_type() {
        "MKT" => Ok(Kind::Market),
        "LMT" => Ok(Kind::Limit(limit()?)),
        "STP" => Ok(Kind::Stop(stop()?)),
        "STP LMT" => Ok(Kind::StopLimit { stop: stop()?, limit: limit()? }),
        "TRAIL" => Ok(Kind::Trail { by: trail(order)?, stop: price(order.trail_stop_price) }),
        "TRAIL LIMIT" => trail_limit(order),
        "MIT" => Ok(Kind::MarketIfTouched(stop()?)),
        "LIT" => Ok(Kind::LimitIfTouched { touch: stop()?, limit: limit()? }),
        "MOC" => Ok(Kind::MarketOnClose),
        "LOC" => Ok(Kind::LimitOnClose(limit()?)),
        "MTL" => Ok(Kind::MarketToLimit { limit: None }),
        "REL" => Ok(Kind::Relative {
            offset: price(order.aux_price).unwrap_or_default(),
            cap: price(order.lmt_price),
            pegged: None,
        }),
        _ => Err(Refusal::UnsupportedKind),
    }
}

/// Its limit keeps a distance from its stop: as given, or as the two prices are apart.
fn trail_limit(order: &Order) -> Result<Kind, Refusal> {
    let stop = price(order.trail_stop_price);
    let apart = || Some((stop? - price(order.lmt_price)?).abs());
    let offset = price(order.lmt_price_offset).or_else(apart);
    let offset = offset.ok_or_else(|| invalid("a trailing limit needs a limit price offset"))?;
    Ok(Kind::TrailLimit { by: trail(order)?, stop, offset, limit: None })
}

fn trail(order: &Order) -> Result<Trail, Refusal> {
    match (price(order.aux_price), price(order.trailing_percent)) {
        (Some(amount), None) => Ok(Trail::Amount(amount)),
        (None, Some(percent)) => Ok(Trail::Percent(percent)),
        _ => Err(invalid("a trailing stop needs either an amount or a percentage")),
    }
}

fn quantity(order: &Order) -> Result<Decimal, Refusal> {
    match order.total_quantity() {
        "" => Err(Refusal::SizeZero),
        text => {
            let number = text.parse().or_else(|_| Decimal::from_scientific(text));
            number
                .map(|quantity: Decimal| quantity.normalize())
                .map_err(|_| invalid("the quantity is no number"))
        }
    }
}

fn time_in_force(order: &Order) -> Result<TimeInForce, Refusal> {
    match order.tif() {
        "" | "DAY" => Ok(TimeInForce::Day),
        "GTC" => Ok(TimeInForce::Gtc),
        "IOC" => Ok(TimeInForce::Ioc),
        "FOK" => Ok(TimeInForce::Fok),
        "OPG" => Ok(TimeInForce::Opg),
        "GTD" => {
            let until = moment(order.good_till_date());
            until.map(TimeInForce::Gtd).ok_or_else(|| invalid("the good till date is not in a known format"))
        }
        other => Err(Refusal::rejected(format!("Time in force {other} is not supported."))),
    }
}

fn oca(order: &Order) -> Result<Option<Oca>, Refusal> {
    if order.oca_group().is_empty() {
        return Ok(None);
    }
    let kind = match order.oca_type() {
        1 => OcaType::CancelWithBlock,
        2 => OcaType::ReduceWithBlock,
        // A group without a type is of TWS's default type.
        0 | 3 => OcaType::ReduceWithoutBlock,
        other => return Err(invalid(&format!("Invalid OCA type {other}"))),
    };
    Ok(Some(Oca { group: order.oca_group().to_owned(), kind }))
}

fn refuse_what_would_be_ignored(order: &Order) -> Result<(), Refusal> {
    if order.cash_qty.is_some_and(|cash| cash > 0.0 && cash < f64::MAX) {
        return Err(Refusal::CashQuantity);
    }
    let asked = [
        (!order.algo_strategy().is_empty(), "Algorithms are"),
        (!order.hedge_type().is_empty(), "Hedge orders are"),
        (order.post_only() || order.deactivate() || order.not_held(), "This attribute is"),
    ];
    match asked.into_iter().find(|(is_asked, _)| *is_asked) {
        Some((_, what)) => Err(Refusal::rejected(format!("{what} not supported."))),
        None => Ok(()),
    }
}

/// Is a number set, and above zero?
pub(super) fn positive(number: Option<i32>) -> bool {
    number.is_some_and(|number| number > 0 && number < i32::MAX)
}

/// A price that is set: TWS's sentinels, infinities and zero mean that it is not.
pub(super) fn price(value: Option<f64>) -> Option<Decimal> {
    let value = value.filter(|value| value.is_finite() && *value != 0.0 && value.abs() < f64::MAX)?;
    Decimal::from_f64(value).map(|price| price.normalize())
}

/// A date and time as clients write it: `YYYYMMDD-HH:MM:SS` in UTC, `YYYYMMDD HH:MM:SS` in the exchange's zone or in
/// the one that follows.
pub fn moment(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(utc) = NaiveDateTime::parse_from_str(text, "%Y%m%d-%H:%M:%S") {
        return Some(utc.and_utc());
    }
    let (date, rest) = text.split_once(' ')?;
    let (time, zone) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
    let local = NaiveDateTime::parse_from_str(&format!("{date} {time}"), "%Y%m%d %H:%M:%S").ok()?;
    let zone: Tz = match zone {
        "" | "EST" | "EDT" => ZONE,
        named => named.parse().ok()?,
    };
    Some(zone.from_local_datetime(&local).earliest()?.with_timezone(&Utc))
}

pub(super) fn invalid(cause: &str) -> Refusal {
    Refusal::Invalid { cause: cause.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{moment, terms_of};
    use crate::exchange::order::{Kind, TimeInForce};
    use crate::wire::message::order::Order;

    fn order() -> Order {
        let text = |words: &str| Some(words.to_owned());
        Order {
            action: text("BUY"),
            order_type: text("LMT"),
            total_quantity: text("100"),
            lmt_price: Some(100.01),
            aux_price: Some(f64::MAX),
            ..Order::default()
        }
    }

    #[test]
    fn what_is_absent_is_tws_s_default() {
        let terms = terms_of(1, "DSIM0001", &order()).unwrap();
        assert_eq!(terms.kind, Kind::Limit("100.01".parse().unwrap()));
        assert_eq!(
            (terms.tif, terms.transmit, terms.parent, terms.oca),
            (TimeInForce::Day, false, None, None)
        );
    }

    #[test]
    fn what_would_be_ignored_is_refused() {
        let code =
            |order: Order| terms_of(1, "DSIM0001", &order).map_err(|refusal| refusal.code()).unwrap_err();
        let text = |words: &str| Some(words.to_owned());
        assert_eq!(code(Order { order_type: text("BOX TOP"), ..order() }), 387);
        assert_eq!(code(Order { cash_qty: Some(1000.0), ..order() }), 10244);
        assert_eq!(code(Order { algo_strategy: text("Vwap"), ..order() }), 201);
        assert_eq!(code(Order { tif: text("AUC"), ..order() }), 201);
        assert_eq!(code(Order { account: text("U1"), ..order() }), 321);
        assert_eq!(code(Order { lmt_price: Some(f64::MAX), ..order() }), 321);
        assert_eq!(code(Order { action: text("SSHORT"), ..order() }), 321);
        assert_eq!(code(Order { total_quantity: text(""), ..order() }), 434);
        assert_eq!(code(Order { total_quantity: text("NaN"), ..order() }), 321);
    }

    #[test]
    fn moments_come_in_utc_and_with_zones() {
        let expected = "2008-09-29T14:00:00Z".parse().ok();
        assert_eq!(moment("20080929-14:00:00"), expected);
        assert_eq!(moment("20080929 14:00:00 UTC"), expected);
        assert_eq!(moment("20080929 10:00:00 US/Eastern"), expected);
        assert_eq!(moment("20080929 10:00:00"), expected);
        assert_eq!(moment("tomorrow"), None);
    }
}
