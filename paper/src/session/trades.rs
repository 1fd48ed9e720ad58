//! Executions: told when they happen, and again to whoever asks.
//!
//! Read next: [`news`](crate::session::news).

use chrono::{DateTime, Days, Utc};

use crate::exchange::event::Execution;
use crate::exchange::order::Side;
use crate::exchange::readings::ExecutionsBack;
use crate::market::calendar::{at, date_of, stamp};
use crate::session::echo::double;
use crate::session::terms::moment;
use crate::session::{Connection, Desk};
use crate::wire::message::ById;
use crate::wire::message::trade::{
    CommissionReport, Execution as WireExecution, ExecutionDetails, ExecutionFilter, ExecutionRequest,
};
use crate::wire::table::Reply;

/// The furthest back that executions can be asked for.
const DAYS_MAX: i32 = 7;

impl Desk {
    pub(super) fn on_executions(&mut self, from: Connection, asked: &ExecutionRequest) {
        let filter = asked.filter.clone().unwrap_or_default();
        let since = self.since(&filter);
        let wanted: Vec<Execution> =
            self.exchange.executions().iter().filter(|one| one.time >= since).cloned().collect();
        for execution in wanted.iter().filter(|one| self.is_wanted(&filter, one)).cloned().collect::<Vec<_>>()
        {
            let details = self.execution_details(asked.req_id(), &execution);
            self.say(from, details);
            let report = self.commission_report(&execution);
            self.say(from, report);
        }
        self.say(from, Reply::ExecutionDetailsEnd(ById { req_id: asked.req_id }));
    }

    pub(super) fn execution_details(&self, req_id: i32, execution: &Execution) -> Reply {
        let is_buy = execution.side == Side::Buy;
        Reply::ExecutionDetails(ExecutionDetails {
            req_id: Some(req_id),
            contract: Some(self.contract(execution.con_id, &execution.exchange)),
            execution: Some(WireExecution {
                order_id: Some(execution.key.told().id),
                exec_id: Some(execution.exec_id.clone()),
                time: Some(stamp(execution.time)),
                acct_number: Some(self.account_id().to_owned()),
                exchange: Some(execution.exchange.clone()),
                side: Some(if is_buy { "BOT" } else { "SLD" }.to_owned()),
                shares: Some(execution.shares.normalize().to_string()),
                price: Some(double(execution.price)),
                perm_id: Some(execution.perm_id),
                client_id: Some(execution.key.told().client),
                is_liquidation: Some(execution.is_liquidation),
                cum_qty: Some(execution.cumulative.normalize().to_string()),
                avg_price: Some(double(execution.average_price)),
                order_ref: Some(execution.order_ref.clone()),
                last_liquidity: Some(if execution.removed_liquidity { 2 } else { 1 }),
                is_price_revision_pending: Some(false),
                ..WireExecution::default()
            }),
        })
    }

    pub(super) fn commission_report(&self, execution: &Execution) -> Reply {
        Reply::CommissionReport(CommissionReport {
            exec_id: Some(execution.exec_id.clone()),
            commission_and_fees: Some(double(execution.commission)),
            currency: Some(self.exchange.options().account.currency.clone()),
            realized_pnl: Some(double(execution.realized)),
            bond_yield: None,
            yield_redemption_date: None,
        })
    }

    /// A report that says nothing: TWS's numbers for "not known yet".
    pub(super) fn unknown_commission(&self, execution: &Execution) -> Reply {
        Reply::CommissionReport(CommissionReport {
            exec_id: Some(execution.exec_id.clone()),
            commission_and_fees: Some(f64::MAX),
            currency: Some(self.exchange.options().account.currency.clone()),
            realized_pnl: Some(f64::MAX),
            bond_yield: None,
            yield_redemption_date: None,
        })
    }

    /// Since midnight at the exchange, or since the midnight of some days before.
    fn since(&self, filter: &ExecutionFilter) -> DateTime<Utc> {
        let is_today_only = self.exchange.options().readings.executions_back == ExecutionsBack::CurrentDay;
        if !filter.specific_dates.is_empty() && !is_today_only {
            return DateTime::<Utc>::MIN_UTC;
        }
        let asked = filter.last_n_days.filter(|_| !is_today_only);
        let days = asked.filter(|days| (1..=DAYS_MAX).contains(days)).unwrap_or(0);
        let date = date_of(self.exchange.now()) - Days::new(u64::try_from(days).unwrap_or(0));
        let midnight = at(date, 0, 0).unwrap_or_default();
        moment(filter.time()).map_or(midnight, |time| time.max(midnight))
    }

    fn is_wanted(&self, filter: &ExecutionFilter, execution: &Execution) -> bool {
        let listing = self.exchange.market().listing(execution.con_id);
        let fits = |said: &str, is: &str| said.is_empty() || said.eq_ignore_ascii_case(is);
        let side = if execution.side == Side::Buy { "BUY" } else { "SELL" };
        let date = date_of(execution.time).format("%Y%m%d").to_string().parse().unwrap_or(0);
        let is_on_date = filter.specific_dates.is_empty() || filter.specific_dates.contains(&date);
        is_on_date
            && (filter.client_id() == 0 || filter.client_id() == execution.key.told().client)
            && fits(filter.acct_code(), self.account_id())
            && fits(filter.symbol(), listing.map_or("", |listing| &listing.symbol))
            && fits(filter.sec_type(), "STK")
            && fits(filter.exchange(), &execution.exchange)
            && (fits(filter.side(), side) || fits(filter.side(), if side == "BUY" { "BOT" } else { "SLD" }))
    }
}
