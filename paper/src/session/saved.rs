//! A desk at rest: its exchange, and the words in which clients placed the orders that it still knows.
//!
//! Words are kept as they came over the wire, in hexadecimal: they are echoed to the bit, numbers that JSON cannot write
//! included. Connections and subscriptions are not kept; they end with the gateway.
//!
//! Read next: [`exchange::saved`](crate::exchange::saved).

use std::fmt::Write;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use prost::Message;
use serde::{Deserialize, Serialize};

use crate::exchange::order::OrderKey;
use crate::exchange::saved::Saved as SavedExchange;
use crate::exchange::{Exchange, ExchangeOptions};
use crate::market::Market;
use crate::session::Desk;
use crate::wire::message::order::Order as WireOrder;

/// What [`Desk::save`] gives and [`Desk::restore`] takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    exchange: SavedExchange,
    words: Vec<Words>,
}

/// An order as its client last sent it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Words {
    key: OrderKey,
    order: String,
}

/// The words of an order that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the words of order {id} of client {client} cannot be read")]
pub struct BadWords {
    /// The client.
    pub client: i32,
    /// Its order.
    pub id: i32,
}

impl Saved {
    /// The market's time when it was saved: where it goes on.
    pub fn now(&self) -> DateTime<Utc> {
        self.exchange.now()
    }
}

impl Desk {
    /// Everything that outlives the connections.
    pub fn save(&self) -> Saved {
        let known = self.echoes.iter().filter(|(key, _)| self.exchange.order(**key).is_some());
        let words = known.map(|(key, order)| Words { key: *key, order: to_hex(&order.encode_to_vec()) });
        Saved { exchange: self.exchange.save(), words: words.collect() }
    }

    /// A desk without connections that goes on where another one was saved.
    ///
    /// # Errors
    /// An order's words are not what was saved.
    pub fn restore(market: Arc<Market>, options: ExchangeOptions, saved: Saved) -> Result<Desk, BadWords> {
        let mut desk = Desk::new(Exchange::restore(market, options, saved.exchange));
        for Words { key, order } in saved.words {
            let order = from_hex(&order).and_then(|bytes| WireOrder::decode(bytes.as_slice()).ok());
            desk.echoes.insert(key, order.ok_or(BadWords { client: key.client, id: key.id })?);
        }
        Ok(desk)
    }
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a string never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

#[cfg(test)]
mod tests {
    use super::{from_hex, to_hex};

    #[test]
    fn bytes_come_back_and_nothing_else_is_read() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(from_hex(&to_hex(&bytes)), Some(bytes));
        assert_eq!(from_hex("0fa"), None);
        assert_eq!(from_hex("0g"), None);
        assert_eq!(from_hex("é1"), None);
    }
}
