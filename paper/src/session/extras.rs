//! From a client's order to its attributes: conditions, adjusting stops, trigger methods, minimum sizes.
//!
//! A condition or an adjustment that cannot be understood refuses the order: half of it would be another order.
//!
//! Read next: [`echo`](crate::session::echo).

use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

use crate::exchange::attributes::{Adjust, Adjusted, Attributes, Condition, Test, TriggerMethod};
use crate::exchange::order::Trail;
use crate::exchange::refusal::Refusal;
use crate::session::terms::{invalid, moment, positive, price};
use crate::wire::message::order::{Order, OrderCondition};

/// Reads what an order has beyond its terms.
pub fn attributes_of(order: &Order) -> Result<Attributes, Refusal> {
    let good_after = match order.good_after_time() {
        "" => None,
        text => Some(moment(text).ok_or_else(|| invalid("the good after time is not in a known format"))?),
    };
    let trigger = TriggerMethod::numbered(order.trigger_method());
    Ok(Attributes {
        account: order.account().to_owned(),
        conditions: order.conditions.iter().map(condition).collect::<Result<_, _>>()?,
        conditions_cancel: order.conditions_cancel_order(),
        conditions_ignore_rth: order.conditions_ignore_rth(),
        good_after,
        trigger: trigger.ok_or_else(|| invalid("Invalid trigger method"))?,
        adjust: adjust(order)?,
        all_or_none: order.all_or_none(),
        minimum: order.min_qty.filter(|least| positive(Some(*least))).map(Decimal::from),
        bypass_precautions: order.override_percentage_constraints()
            || !order.advanced_error_override().is_empty(),
    })
}

fn adjust(order: &Order) -> Result<Option<Adjust>, Refusal> {
    if matches!(order.adjusted_order_type(), "" | "None") {
        return Ok(None);
    }
    let missing = |what: &str| invalid(&format!("an adjusted order needs {what}"));
    let at = price(order.trigger_price).ok_or_else(|| missing("a trigger price"))?;
    let stop = price(order.adjusted_stop_price);
    let by = || {
        let amount = price(order.adjusted_trailing_amount).ok_or_else(|| missing("a trailing amount"))?;
        // TWS's unit: 0 is an amount, 100 is percent.
        Ok(if order.adjustable_trailing_unit() == 100 {
            Trail::Percent(amount)
        } else {
            Trail::Amount(amount)
        })
    };
    let to = match order.adjusted_order_type() {
        "STP" => Adjusted::Stop(stop.ok_or_else(|| missing("a stop price"))?),
        "STP LMT" => Adjusted::StopLimit {
            stop: stop.ok_or_else(|| missing("a stop price"))?,
            limit: price(order.adjusted_stop_limit_price).ok_or_else(|| missing("a limit price"))?,
        },
        "TRAIL" => Adjusted::Trail { by: by()?, stop },
        "TRAIL LIMIT" => Adjusted::TrailLimit {
            by: by()?,
            stop,
            offset: price(order.lmt_price_offset).unwrap_or_default(),
        },
        other => return Err(invalid(&format!("Invalid adjusted order type {other}"))),
    };
    Ok(Some(Adjust { at, to }))
}

fn condition(wire: &OrderCondition) -> Result<Condition, Refusal> {
    let (con_id, above) = (wire.con_id(), wire.is_more());
    let test = match wire.kind() {
        1 => Test::Price {
            con_id,
            above,
            price: price(wire.price).ok_or_else(|| invalid("a price condition needs a price"))?,
        },
        3 => Test::Time {
            after: above,
            at: moment(wire.time())
                .ok_or_else(|| invalid("the condition's time is not in a known format"))?,
        },
        4 => Test::Margin { above, percent: wire.percent() },
        5 => Test::Execution { symbol: wire.symbol().to_owned(), since: None },
        6 => Test::Volume { con_id, above, shares: i64::from(wire.volume()) },
        7 => Test::PercentChange {
            con_id,
            above,
            percent: wire.change_percent.and_then(Decimal::from_f64).unwrap_or_default().normalize(),
        },
        other => return Err(invalid(&format!("Invalid condition type {other}"))),
    };
    Ok(Condition { test, and_next: wire.is_conjunction_connection() })
}

#[cfg(test)]
mod tests {
    use super::attributes_of;
    use crate::exchange::attributes::{Adjust, Adjusted, Attributes, Condition, Test};
    use crate::exchange::order::Trail;
    use crate::wire::message::order::{Order, OrderCondition};
    use rust_decimal::Decimal;

    #[test]
    fn an_order_without_extras_has_none() {
        assert_eq!(attributes_of(&Order::default()), Ok(Attributes::default()));
    }

    #[test]
    fn conditions_and_adjustments_are_read_whole_or_not_at_all() {
        let condition = |kind: i32| OrderCondition {
            kind: Some(kind),
            con_id: Some(1),
            is_more: Some(true),
            is_conjunction_connection: Some(true),
            price: Some(12.5),
            ..OrderCondition::default()
        };
        let order = Order { conditions: vec![condition(1)], ..Order::default() };
        let test = Test::Price { con_id: 1, above: true, price: Decimal::new(125, 1) };
        assert_eq!(attributes_of(&order).unwrap().conditions, [Condition { test, and_next: true }]);
        assert_eq!(
            attributes_of(&Order { conditions: vec![condition(2)], ..Order::default() }).unwrap_err().code(),
            321
        );
        let trail = Order {
            adjusted_order_type: Some("TRAIL".to_owned()),
            trigger_price: Some(110.0),
            adjusted_trailing_amount: Some(2.0),
            adjustable_trailing_unit: Some(100),
            ..Order::default()
        };
        let to = Adjusted::Trail { by: Trail::Percent(2.into()), stop: None };
        assert_eq!(attributes_of(&trail).unwrap().adjust, Some(Adjust { at: 110.into(), to }));
        assert!(attributes_of(&Order { trigger_price: None, ..trail }).is_err());
    }
}
