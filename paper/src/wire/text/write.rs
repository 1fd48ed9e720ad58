//! Replies as text. What version 178 has no layout for is not sent.
//!
//! One thing is remembered: in this protocol bars and their span are one message, in the other one they are two.
//!
//! Read next: [`write_market`](crate::wire::text::write_market).

use crate::wire::message::contract::{Contract, ContractData};
use crate::wire::message::history::{HistoricalBar, HistoricalData, HistoricalDataEnd, HistoricalSchedule};
use crate::wire::message::quote::TickByTickData;
use crate::wire::message::trade::ExecutionDetails;
use crate::wire::table::Reply;
use crate::wire::text::fields::Text;
use crate::wire::text::write_market::found;
use crate::wire::text::write_order::{completed_order, open_order};

/// Writes the replies of one connection.
#[derive(Debug, Default)]
pub struct Writer {
    bars: Option<HistoricalData>,
}

impl Writer {
    /// The body of a reply; none where there is nothing to say (yet).
    pub fn body(&mut self, reply: &Reply) -> Option<Vec<u8>> {
        let text = match reply {
            Reply::HistoricalData(bars) => {
                self.bars = Some(bars.clone());
                return None;
            }
            Reply::HistoricalDataEnd(end) => history(self.bars.take().unwrap_or_default(), end),
            reply => {
                let told = quotes(reply).or_else(|| orders(reply)).or_else(|| account(reply));
                told.or_else(|| found(reply)).or_else(|| rest(reply))?
            }
        };
        Some(text.into_body())
    }
}

fn quotes(reply: &Reply) -> Option<Text> {
    Some(match reply {
        Reply::TickPrice(tick) => Text::new(1)
            .put(6)
            .maybe(tick.req_id)
            .maybe(tick.tick_type)
            .price(tick.price)
            .put(tick.size.as_deref().unwrap_or("0"))
            .maybe(tick.attr_mask),
        Reply::TickSize(tick) => {
            Text::new(2).put(6).maybe(tick.req_id).maybe(tick.tick_type).maybe(tick.size.as_ref())
        }
        Reply::TickGeneric(tick) => {
            Text::new(45).put(6).maybe(tick.req_id).maybe(tick.tick_type).price(tick.value)
        }
        Reply::TickString(tick) => {
            Text::new(46).put(6).maybe(tick.req_id).maybe(tick.tick_type).maybe(tick.value.as_ref())
        }
        Reply::TickReqParams(tick) => Text::new(81)
            .maybe(tick.req_id)
            .maybe(tick.min_tick.as_ref())
            .maybe(tick.bbo_exchange.as_ref())
            .maybe(tick.snapshot_permissions),
        Reply::TickSnapshotEnd(end) => Text::new(57).put(1).maybe(end.req_id),
        Reply::MarketDataType(kind) => Text::new(58).put(1).maybe(kind.req_id).maybe(kind.market_data_type),
        Reply::RealTimeBarTick(bar) => Text::new(50)
            .put(3)
            .maybe(bar.req_id)
            .maybe(bar.time)
            .price(bar.open)
            .price(bar.high)
            .price(bar.low)
            .price(bar.close)
            .maybe(bar.volume.as_ref())
            .maybe(bar.wap.as_ref())
            .maybe(bar.count),
        Reply::TickByTickData(tick) => tick_by_tick(tick),
        Reply::HistoricalDataUpdate(update) => {
            let bar = update.bar.clone().unwrap_or_default();
            Text::new(90)
                .maybe(update.req_id)
                .maybe(bar.bar_count)
                .maybe(bar.date)
                .price(bar.open)
                .price(bar.close)
                .price(bar.high)
                .price(bar.low)
                .maybe(bar.wap)
                .maybe(bar.volume)
        }
        Reply::HeadTimestamp(head) => Text::new(88).maybe(head.req_id).maybe(head.head_timestamp.as_ref()),
        Reply::HistoricalSchedule(schedule) => sessions(schedule),
        _ => return None,
    })
}

fn orders(reply: &Reply) -> Option<Text> {
    Some(match reply {
        Reply::OrderStatus(status) => Text::new(3)
            .maybe(status.order_id)
            .maybe(status.status.as_ref())
            .maybe(status.filled.as_ref())
            .maybe(status.remaining.as_ref())
            .price(status.avg_fill_price)
            .maybe(status.perm_id)
            .maybe(status.parent_id)
            .price(status.last_fill_price)
            .maybe(status.client_id)
            .maybe(status.why_held.as_ref())
            .price(status.mkt_cap_price),
        Reply::Failure(failure) => Text::new(4)
            .put(2)
            .maybe(failure.id)
            .maybe(failure.error_code)
            .maybe(failure.error_msg.as_ref())
            .maybe(failure.advanced_order_reject_json.as_ref()),
        Reply::OrderBound(bound) => {
            Text::new(100).maybe(bound.perm_id).maybe(bound.client_id).maybe(bound.order_id)
        }
        Reply::OpenOrder(open) => open_order(open),
        Reply::CompletedOrder(completed) => completed_order(completed),
        Reply::OpenOrdersEnd(_) => Text::new(53).put(1),
        Reply::CompletedOrdersEnd(_) => Text::new(102),
        Reply::ExecutionDetails(details) => execution(details),
        Reply::ExecutionDetailsEnd(end) => Text::new(55).put(1).maybe(end.req_id),
        Reply::CommissionReport(report) => Text::new(59)
            .put(1)
            .maybe(report.exec_id.as_ref())
            .maybe(report.commission_and_fees)
            .maybe(report.currency.as_ref())
            .maybe(report.realized_pnl)
            .price(report.bond_yield)
            .maybe(report.yield_redemption_date.as_ref()),
        _ => return None,
    })
}

fn account(reply: &Reply) -> Option<Text> {
    Some(match reply {
        Reply::AccountValue(value) => Text::new(6)
            .put(2)
            .maybe(value.key.as_ref())
            .maybe(value.value.as_ref())
            .maybe(value.currency.as_ref())
            .maybe(value.account_name.as_ref()),
        Reply::PortfolioValue(held) => {
            let contract = held.contract.clone().unwrap_or_default();
            seven(Text::new(7).put(8), &contract)
                .maybe(contract.primary_exch.as_ref())
                .maybe(contract.currency.as_ref())
                .maybe(contract.local_symbol.as_ref())
                .maybe(contract.trading_class.as_ref())
                .maybe(held.position.as_ref())
                .price(held.market_price)
                .price(held.market_value)
                .price(held.average_cost)
                .price(held.unrealized_pnl)
                .price(held.realized_pnl)
                .maybe(held.account_name.as_ref())
        }
        Reply::AccountUpdateTime(time) => Text::new(8).put(1).maybe(time.time_stamp.as_ref()),
        Reply::AccountDataEnd(end) => Text::new(54).put(1).maybe(end.account_name.as_ref()),
        Reply::AccountSummary(value) => Text::new(63)
            .put(1)
            .maybe(value.req_id)
            .maybe(value.account.as_ref())
            .maybe(value.tag.as_ref())
            .maybe(value.value.as_ref())
            .maybe(value.currency.as_ref()),
        Reply::AccountSummaryEnd(end) => Text::new(64).put(1).maybe(end.req_id),
        Reply::AccountUpdateMulti(value) => Text::new(73)
            .put(1)
            .maybe(value.req_id)
            .maybe(value.account.as_ref())
            .maybe(value.model_code.as_ref())
            .maybe(value.key.as_ref())
            .maybe(value.value.as_ref())
            .maybe(value.currency.as_ref()),
        Reply::AccountUpdateMultiEnd(end) => Text::new(74).put(1).maybe(end.req_id),
        Reply::PnL(profit) => Text::new(94)
            .maybe(profit.req_id)
            .price(profit.daily_pnl)
            .price(profit.unrealized_pnl)
            .price(profit.realized_pnl),
        Reply::PnLSingle(profit) => Text::new(95)
            .maybe(profit.req_id)
            .maybe(profit.position.as_ref())
            .price(profit.daily_pnl)
            .price(profit.unrealized_pnl)
            .price(profit.realized_pnl)
            .price(profit.value),
        reply => return positions(reply),
    })
}

fn positions(reply: &Reply) -> Option<Text> {
    Some(match reply {
        Reply::Position(held) => {
            let contract = held.contract.clone().unwrap_or_default();
            traded(Text::new(61).put(3).maybe(held.account.as_ref()), &contract)
                .maybe(held.position.as_ref())
                .price(held.avg_cost)
        }
        Reply::PositionEnd(_) => Text::new(62).put(1),
        Reply::PositionMulti(held) => {
            let contract = held.contract.clone().unwrap_or_default();
            traded(Text::new(71).put(1).maybe(held.req_id).maybe(held.account.as_ref()), &contract)
                .maybe(held.position.as_ref())
                .price(held.avg_cost)
                .maybe(held.model_code.as_ref())
        }
        Reply::PositionMultiEnd(end) => Text::new(72).put(1).maybe(end.req_id),
        _ => return None,
    })
}

fn rest(reply: &Reply) -> Option<Text> {
    Some(match reply {
        Reply::NextValidId(next) => Text::new(9).put(1).maybe(next.order_id),
        Reply::ManagedAccounts(accounts) => Text::new(15).put(1).maybe(accounts.accounts_list.as_ref()),
        Reply::CurrentTime(time) => Text::new(49).put(1).maybe(time.current_time),
        Reply::ContractData(data) => contract_data(data),
        Reply::ContractDataEnd(end) => Text::new(52).put(1).maybe(end.req_id),
        Reply::MarketRule(rule) => {
            let head = Text::new(93).maybe(rule.market_rule_id).put(rule.price_increments.len());
            rule.price_increments
                .iter()
                .fold(head, |text, band| text.price(band.low_edge).price(band.increment))
        }
        Reply::SoftDollarTiers(tiers) => Text::new(77).maybe(tiers.req_id).put(0),
        Reply::FamilyCodes(_) => Text::new(78).put(0),
        Reply::NewsProviders(_) => Text::new(85).put(0),
        Reply::UserInfo(info) => Text::new(107).maybe(info.req_id).maybe(info.white_branding_id.as_ref()),
        _ => return None,
    })
}

/// The first seven fields of a contract.
pub(super) fn seven(text: Text, contract: &Contract) -> Text {
    text.maybe(contract.con_id)
        .maybe(contract.symbol.as_ref())
        .maybe(contract.sec_type.as_ref())
        .maybe(contract.last_trade_date_or_contract_month.as_ref())
        .put(contract.strike.unwrap_or_default())
        .maybe(contract.right.as_ref())
        .maybe(contract.multiplier)
}

/// The seven, and where it trades.
pub(super) fn traded(text: Text, contract: &Contract) -> Text {
    seven(text, contract)
        .maybe(contract.exchange.as_ref())
        .maybe(contract.currency.as_ref())
        .maybe(contract.local_symbol.as_ref())
        .maybe(contract.trading_class.as_ref())
}

fn contract_data(data: &ContractData) -> Text {
    let contract = data.contract.clone().unwrap_or_default();
    let details = data.contract_details.clone().unwrap_or_default();
    let text = Text::new(10)
        .maybe(data.req_id)
        .maybe(contract.symbol)
        .maybe(contract.sec_type)
        .maybe(contract.last_trade_date_or_contract_month)
        .put(contract.strike.unwrap_or_default())
        .maybe(contract.right)
        .maybe(contract.exchange)
        .maybe(contract.currency)
        .maybe(contract.local_symbol)
        .maybe(details.market_name)
        .maybe(contract.trading_class)
        .maybe(contract.con_id)
        .maybe(details.min_tick)
        .maybe(contract.multiplier)
        .maybe(details.order_types)
        .maybe(details.valid_exchanges)
        .maybe(details.price_magnifier)
        .maybe(details.under_con_id)
        .maybe(details.long_name)
        .maybe(contract.primary_exch)
        .maybe(details.contract_month)
        .maybe(details.industry)
        .maybe(details.category)
        .maybe(details.subcategory)
        .maybe(details.time_zone_id)
        .maybe(details.trading_hours)
        .maybe(details.liquid_hours)
        .maybe(details.ev_rule)
        .price(details.ev_multiplier)
        .put(details.sec_id_list.len());
    let ids = details.sec_id_list.iter();
    ids.fold(text, |text, (tag, value)| text.put(tag).put(value))
        .maybe(details.agg_group)
        .maybe(details.under_symbol)
        .maybe(details.under_sec_type)
        .maybe(details.market_rule_ids)
        .maybe(details.real_expiration_date)
        .maybe(details.stock_type)
        .maybe(details.min_size)
        .maybe(details.size_increment)
        .maybe(details.suggested_size_increment)
}

fn execution(details: &ExecutionDetails) -> Text {
    let (contract, one) =
        (details.contract.clone().unwrap_or_default(), details.execution.clone().unwrap_or_default());
    traded(Text::new(11).maybe(details.req_id).maybe(one.order_id), &contract)
        .maybe(one.exec_id)
        .maybe(one.time)
        .maybe(one.acct_number)
        .maybe(one.exchange)
        .maybe(one.side)
        .maybe(one.shares)
        .price(one.price)
        .maybe(one.perm_id)
        .maybe(one.client_id)
        .flag(one.is_liquidation)
        .maybe(one.cum_qty)
        .price(one.avg_price)
        .maybe(one.order_ref)
        .maybe(one.ev_rule)
        .price(one.ev_multiplier)
        .maybe(one.model_code)
        .maybe(one.last_liquidity)
        .flag(one.is_price_revision_pending)
}

fn history(data: HistoricalData, end: &HistoricalDataEnd) -> Text {
    let text = Text::new(17)
        .maybe(end.req_id)
        .maybe(end.start_date.as_ref())
        .maybe(end.end_date.as_ref())
        .put(data.bars.len());
    data.bars.into_iter().fold(text, bar)
}

fn bar(text: Text, bar: HistoricalBar) -> Text {
    text.maybe(bar.date)
        .price(bar.open)
        .price(bar.high)
        .price(bar.low)
        .price(bar.close)
        .maybe(bar.volume)
        .maybe(bar.wap)
        .maybe(bar.bar_count)
}

fn sessions(schedule: &HistoricalSchedule) -> Text {
    let text = Text::new(106)
        .maybe(schedule.req_id)
        .maybe(schedule.start_date_time.as_ref())
        .maybe(schedule.end_date_time.as_ref())
        .maybe(schedule.time_zone.as_ref())
        .put(schedule.sessions.len());
    schedule.sessions.iter().fold(text, |text, one| {
        text.maybe(one.start_date_time.as_ref())
            .maybe(one.end_date_time.as_ref())
            .maybe(one.ref_date.as_ref())
    })
}

fn tick_by_tick(tick: &TickByTickData) -> Text {
    let text = Text::new(99).maybe(tick.req_id).maybe(tick.tick_type);
    match (&tick.last, &tick.bid_ask, &tick.mid_point) {
        (Some(last), _, _) => text
            .maybe(last.time)
            .price(last.price)
            .maybe(last.size.as_ref())
            .put(0)
            .maybe(last.exchange.as_ref())
            .maybe(last.special_conditions.as_ref()),
        (_, Some(quote), _) => text
            .maybe(quote.time)
            .price(quote.price_bid)
            .price(quote.price_ask)
            .maybe(quote.size_bid.as_ref())
            .maybe(quote.size_ask.as_ref())
            .put(0),
        (_, _, Some(middle)) => text.maybe(middle.time).price(middle.price),
        _ => text,
    }
}
