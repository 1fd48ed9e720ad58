//! Single questions to a broker, for somebody who wants to know what is wrong. Nothing here is on the road of orders.
//!
//! Each question has a deadline and answers on its own, so that one that fails hides no other.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::money::Rounding;
use engine::{ContractSpec, Instrument, Price};
use futures::StreamExt;
use ibapi::contracts::Contract;
use ibapi::contracts::tick_types::TickType;
use ibapi::market_data::MarketDataType;
use ibapi::market_data::historical::{Duration as Span, WhatToShow};
use ibapi::market_data::realtime::TickTypes;
use ibapi::orders::{Action, Order, OrderStatusKind, OrderUpdate};
use ibapi::subscriptions::{NoticeStream, Subscription, SubscriptionItem};
use ibapi::{Client, Notice};
use rust_decimal::Decimal;

use super::Settings;
use super::bars::bar_size;
use super::connect::{ConnectError, managed, open};
use super::contract::{ContractError, Rules, look_up};
use super::convert::{float, price, time};
use super::pacing::Pacer;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the first price may take to come.
const PRICE_PATIENCE: Duration = Duration::from_secs(5);
/// The reference of the order that is placed to be cancelled. It has not the form of the supervisor's own.
const TEST_REF: &str = "doctor";
/// Where it is placed, and where it is moved to, as parts of the market's price.
const FAR: [Decimal; 2] = [Decimal::from_parts(80, 0, 0, false, 2), Decimal::from_parts(79, 0, 0, false, 2)];

/// A connection to ask by.
pub struct Probe {
    client: Client,
    pacer: Pacer,
    rules: Rules,
    /// Kept, for the client ends the stream of one that is dropped.
    _notices: NoticeStream,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Untold {
    /// It took too long.
    #[error("no answer within {PATIENCE:?}")]
    Silent,
    /// The broker said no.
    #[error("{0}")]
    Refused(#[from] ibapi::Error),
    /// The order did not become what was asked for.
    #[error("the test order is {0}")]
    Order(String),
}

/// What the broker's configuration says that bears on orders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// True where orders are refused; none where it is not told.
    pub read_only: Option<bool>,
    /// Messages that an order beyond a precaution raises, each with its code.
    pub precautions: Vec<String>,
}

/// What kind of prices come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prices {
    /// Live.
    Live,
    /// Delayed, or frozen: they size no entry.
    Late,
    /// None came in time.
    None,
}

/// A contract that was looked up.
pub struct Found {
    /// What the engine knows of it.
    pub instrument: Instrument,
    contract: Contract,
}

impl Probe {
    /// Connects; says nothing of the account yet.
    ///
    /// # Errors
    /// As [`Link::connect`](super::Link::connect), but for the account.
    pub async fn connect(settings: &Settings) -> Result<Probe, ConnectError> {
        let (client, notices) = open(settings).await?;
        Ok(Probe { client, pacer: Pacer::default(), rules: Rules::default(), _notices: notices })
    }

    /// The version of the protocol that the broker's side speaks.
    #[must_use]
    pub fn server_version(&self) -> i32 {
        self.client.server_version()
    }

    /// The accounts of the login.
    ///
    /// # Errors
    /// No answer: nobody is logged in, as a rule.
    pub async fn accounts(&self) -> Result<Vec<String>, Untold> {
        within(managed(&self.client)).await
    }

    /// The broker's clock.
    ///
    /// # Errors
    /// No answer.
    pub async fn time(&self) -> Result<DateTime<Utc>, Untold> {
        Ok(time(within(self.client.server_time_millis()).await?))
    }

    /// What the broker's own settings say.
    ///
    /// # Errors
    /// No answer, or one too old to tell.
    pub async fn configuration(&self) -> Result<Configuration, Untold> {
        let told = within(self.client.config()).await?;
        let read_only = told.api.and_then(|api| api.settings).and_then(|settings| settings.read_only_api);
        let on = told.messages.into_iter().filter(|message| message.enabled.unwrap_or(true));
        let words = |message: ibapi::config::MessageSetting| {
            Some(format!("{}: {}", message.id?, message.message.or(message.title)?))
        };
        Ok(Configuration { read_only, precautions: on.filter_map(words).collect() })
    }

    /// Looks a contract up.
    ///
    /// # Errors
    /// Unknown, ambiguous, or no answer.
    pub async fn contract(&self, spec: &ContractSpec) -> Result<Found, ContractError> {
        let (contract, instrument) = look_up(&self.client, &self.pacer, &self.rules, spec).await?;
        Ok(Found { instrument, contract })
    }

    /// What kind of prices come for it, and the newest bid or last price.
    ///
    /// # Errors
    /// The broker refuses them.
    pub async fn prices(&self, found: &Found) -> Result<(Prices, Option<Price>), Untold> {
        self.pacer.data().await;
        let mut ticks = self.client.market_data(&found.contract).subscribe().await?;
        let (mut kind, mut price) = (Prices::None, None);
        let deadline = tokio::time::sleep(PRICE_PATIENCE);
        tokio::pin!(deadline);
        while kind == Prices::None || price.is_none() {
            let item = tokio::select! {
                () = &mut deadline => break,
                item = StreamExt::next(&mut ticks) => item,
            };
            match item {
                Some(Ok(SubscriptionItem::Data(tick))) => {
                    kind = kind_of(&tick).unwrap_or(kind);
                    price = price_of(&tick).or(price);
                }
                Some(Ok(SubscriptionItem::Notice(_))) => {}
                Some(Err(error)) => return Err(error.into()),
                None => break,
            }
        }
        // Without a word of its type a price is a live one.
        let kind = if price.is_some() && kind == Prices::None { Prices::Live } else { kind };
        Ok((if price.is_none() { Prices::None } else { kind }, price))
    }

    /// How many bars of so many minutes the last day has.
    ///
    /// # Errors
    /// The broker refuses them.
    pub async fn history(&self, found: &Found, minutes: u32) -> Result<usize, Untold> {
        self.pacer.data().await;
        let Some(size) = bar_size(minutes) else { return Ok(0) };
        let asked = self.client.historical_data(&found.contract, size).duration(Span::days(1));
        Ok(within(asked.what_to_show(WhatToShow::Trades).fetch()).await?.bars.len())
    }

    /// Places an order to buy one far below `near`, moves it further, and cancels it.
    ///
    /// # Errors
    /// It does not work, does not change, or does not go.
    pub async fn test_order(&self, account: &str, found: &Found, near: Price) -> Result<(), Untold> {
        let mut updates = self.client.order_update_stream().await?;
        let id = within(self.client.next_valid_order_id()).await?.max(self.client.next_order_id());
        for part in FAR {
            let exact = near.value().checked_mul(part).unwrap_or(near.value());
            let limit = Price::on_tick(exact, &found.instrument.ticks, Rounding::Down);
            let limit = limit.ok().and_then(|limit| float(limit.value()));
            let limit = limit.ok_or_else(|| Untold::Order(format!("without a price below {near}")))?;
            self.client.submit_order(id, &found.contract, &test_order(account, limit)).await?;
            until(&mut updates, id, |update| works_at(update, limit)).await?;
        }
        let _answer = self.client.cancel_order(id, "").await?;
        until(&mut updates, id, |update| is_status(update, OrderStatusKind::Cancelled)).await
    }
}

/// Waits for news of an order that is as it should be.
async fn until(
    updates: &mut Subscription<OrderUpdate>,
    id: i32,
    wanted: impl Fn(&OrderUpdate) -> bool,
) -> Result<(), Untold> {
    let heard = async {
        while let Some(update) = StreamExt::next(updates).await {
            let judged = match update? {
                SubscriptionItem::Data(update) => judge(&update, id, &wanted),
                SubscriptionItem::Notice(notice) => refusal(&notice, id).map(Err),
            };
            if let Some(judged) = judged {
                return judged;
            }
        }
        Err(Untold::Silent)
    };
    tokio::time::timeout(PATIENCE, heard).await.unwrap_or(Err(Untold::Silent))
}

/// Why the broker refuses this order, if that is what it says: 399 and 202 tell of one that waits, and of one that is
/// cancelled as was asked.
fn refusal(notice: &Notice, id: i32) -> Option<Untold> {
    let about = notice.request_id == Some(id) && !matches!(notice.code, 399 | 202);
    about.then(|| Untold::Order(format!("refused: {} {}", notice.code, notice.message)))
}

/// What an update means for who waits for this order; none for one that means nothing.
fn judge(
    update: &OrderUpdate,
    id: i32,
    wanted: &impl Fn(&OrderUpdate) -> bool,
) -> Option<Result<(), Untold>> {
    if id_of(update) != Some(id) {
        return None;
    }
    if wanted(update) {
        return Some(Ok(()));
    }
    let over = is_status(update, OrderStatusKind::Filled) || is_status(update, OrderStatusKind::Inactive);
    over.then(|| Err(Untold::Order(format!("{:?}", update_status(update)))))
}

fn test_order(account: &str, limit: f64) -> Order {
    Order {
        action: Action::Buy,
        order_type: "LMT".to_owned(),
        total_quantity: 1.0,
        limit_price: Some(limit),
        account: account.to_owned(),
        order_ref: TEST_REF.to_owned(),
        transmit: true,
        ..Order::default()
    }
}

/// The answer, or that none came.
async fn within<T>(question: impl Future<Output = Result<T, ibapi::Error>>) -> Result<T, Untold> {
    match tokio::time::timeout(PATIENCE, question).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(Untold::Silent),
    }
}

fn id_of(update: &OrderUpdate) -> Option<i32> {
    match update {
        OrderUpdate::OrderStatus(status) => Some(status.order_id),
        OrderUpdate::OpenOrder(order) => Some(order.order_id),
        _ => None,
    }
}

fn update_status(update: &OrderUpdate) -> Option<&OrderStatusKind> {
    match update {
        OrderUpdate::OrderStatus(status) => Some(&status.status),
        OrderUpdate::OpenOrder(order) => Some(&order.order_state.status),
        _ => None,
    }
}

fn is_status(update: &OrderUpdate, kind: OrderStatusKind) -> bool {
    update_status(update) == Some(&kind)
}

/// True for the echo of an order that works, or waits for its session, at this price.
fn works_at(update: &OrderUpdate, price: f64) -> bool {
    let OrderUpdate::OpenOrder(order) = update else { return false };
    let works =
        is_status(update, OrderStatusKind::Submitted) || is_status(update, OrderStatusKind::PreSubmitted);
    works
        && order
            .order
            .limit_price
            .is_some_and(|own| (own - price).abs() < f64::EPSILON * price.abs().max(1.0))
}

fn kind_of(tick: &TickTypes) -> Option<Prices> {
    let TickTypes::MarketDataType(kind) = tick else { return None };
    Some(if *kind == MarketDataType::Realtime { Prices::Live } else { Prices::Late })
}

fn price_of(tick: &TickTypes) -> Option<Price> {
    let (kind, value) = match tick {
        TickTypes::PriceSize(tick) => (&tick.price_tick_type, tick.price),
        TickTypes::Price(tick) => (&tick.tick_type, tick.price),
        _ => return None,
    };
    let known = matches!(kind, TickType::Bid | TickType::Last | TickType::DelayedBid | TickType::DelayedLast);
    // A minus one says that there is none.
    (known && value > 0.0).then(|| price(value))?
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Probe")
    }
}
