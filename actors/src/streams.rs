//! The log streams: where each step of a ticker is told, and how loud.
//!
//! A line carries its actor, the market time, and the trade and the order that it is about; the composition sends it
//! to that actor's file. The target
//! names the common stream it also belongs to: `trading`, `orders`, `positions`,
//! `errors`. Level INFO is what a person follows; DEBUG is the rest of the story.

use engine::order::Standing;
use engine::order_ref::OrderRef;
use engine::{Fact, Now, Request, Step};

/// The stream of signals, decisions and results.
pub const TRADING: &str = "trading";
/// The stream of orders and fills.
pub const ORDERS: &str = "orders";
/// The stream of positions and their protection.
pub const POSITIONS: &str = "positions";
/// The stream of what went wrong.
pub const ERRORS: &str = "errors";

/// What a line is about.
struct About<'a> {
    actor: &'a str,
    market: String,
    trade: Option<u32>,
    order: Option<&'a OrderRef>,
}

/// One line, with all that it is about.
macro_rules! line {
    ($level:ident, $stream:expr, $about:expr, $what:expr) => {
        tracing::$level!(
            target: $stream,
            actor = $about.actor,
            market = $about.market,
            trade = $about.trade,
            order = $about.order.map(tracing::field::display),
            "{}",
            $what
        )
    };
}

/// Tells one step of a ticker; `trade` is what was open then, for steps that name none.
pub fn tell(actor: &str, now: Now, trade: Option<u32>, step: &Step) {
    let order = order_of(step);
    let trade = trade_of(step).or(trade);
    let about = About { actor, market: now.market.to_rfc3339(), trade, order };
    match step {
        Step::Request(Request::Place { .. }) => line!(info, ORDERS, about, step),
        Step::Request(_) => line!(debug, ORDERS, about, step),
        Step::Fact(fact) => tell_fact(&about, fact),
    }
}

/// The trade that a step names itself.
fn trade_of(step: &Step) -> Option<u32> {
    match step {
        Step::Fact(Fact::LotOpened(lot)) => Some(lot.trade),
        Step::Fact(Fact::TradeClosed { trade, .. } | Fact::TradeReopened { trade, .. }) => Some(*trade),
        _ => order_of(step).map(|order| order.trade),
    }
}

/// The order that a step is about; the first of several.
fn order_of(step: &Step) -> Option<&OrderRef> {
    let fact = match step {
        Step::Request(request) => return request.orders().next(),
        Step::Fact(fact) => fact,
    };
    match fact {
        Fact::MarginAsked { order, .. }
        | Fact::MarginFound { order, .. }
        | Fact::EntryGivenUp { order, .. }
        | Fact::ChangeRefused { order, .. }
        | Fact::StopCancelledByHand { order, .. }
        | Fact::ChangedByHand { order, .. }
        | Fact::TargetRefused { order, .. } => Some(order),
        Fact::Executed { execution }
        | Fact::CorrectedLate { execution, .. }
        | Fact::ClosedOutside { execution, .. }
        | Fact::Settled { execution, .. }
        | Fact::TakenOver { execution }
        | Fact::Stray { execution } => Some(&execution.order),
        Fact::OrderMoved(status) => Some(&status.order),
        Fact::TermsEchoed(terms) => Some(&terms.order),
        Fact::RequestDeclined { orders, .. } => orders.first(),
        Fact::Adopted { orders } => orders.first().map(|spec| &spec.order),
        _ => None,
    }
}

fn tell_fact(about: &About<'_>, fact: &Fact) {
    match fact {
        Fact::SignalTaken { .. }
        | Fact::SignalDeclined { .. }
        | Fact::EntryDeclined { .. }
        | Fact::MarginAsked { .. }
        | Fact::EntryGivenUp { .. }
        | Fact::AddDeclined { .. }
        | Fact::ReversalPlanned { .. }
        | Fact::ReversalDropped
        | Fact::RuleFired { .. }
        | Fact::ScaleOutDecided { .. }
        | Fact::EntriesWithdrawn { .. }
        | Fact::LocateGivenUp { .. }
        | Fact::ForeignPosition { by: Some(_), .. }
        | Fact::Config(_)
        | Fact::Commanded { .. }
        | Fact::LotClosed(_) => line!(info, TRADING, about, fact),
        Fact::TradeClosed { traded: false, .. } => line!(info, TRADING, about, fact),
        Fact::Executed { .. } => line!(info, ORDERS, about, fact),
        Fact::LotOpened(lot) if lot.lot > 1 => line!(info, TRADING, about, fact),
        Fact::LotOpened(_)
        | Fact::MarginFound { .. }
        | Fact::CloseDecided { .. }
        | Fact::TradeClosed { .. }
        | Fact::RuleOutranked { .. }
        | Fact::StopsAfterAdd { .. }
        | Fact::ScaleOutEnded { .. }
        | Fact::ForeignPosition { by: None, .. } => {
            line!(debug, TRADING, about, fact);
        }
        Fact::OrderMoved(status)
            if matches!(status.standing, Standing::Ended(engine::order::End::Rejected)) =>
        {
            line!(warn, ORDERS, about, fact);
        }
        Fact::OrderMoved(_) | Fact::TermsEchoed(_) | Fact::Commissioned(_) => {
            line!(debug, ORDERS, about, fact);
        }
        Fact::Alerted { .. }
        | Fact::Adopted { .. }
        | Fact::TakenOver { .. }
        | Fact::ExcessTaken { .. }
        | Fact::CorrectedLate { .. }
        | Fact::LotReopened { .. }
        | Fact::TradeReopened { .. }
        | Fact::ClosedOutside { .. }
        | Fact::ClosedUnseen(_)
        | Fact::Settled { .. }
        | Fact::Split { .. } => line!(warn, TRADING, about, fact),
        Fact::Protected { .. } | Fact::Reanchored { .. } => {
            line!(debug, POSITIONS, about, fact);
        }
        Fact::RequestDeclined { .. }
        | Fact::ChangeRefused { .. }
        | Fact::TargetRefused { .. }
        | Fact::StopCancelledByHand { .. }
        | Fact::ChangedByHand { .. }
        | Fact::ProtectionRenewed { .. } => {
            line!(warn, ORDERS, about, fact);
        }
        Fact::ModeChanged { mode } if mode.may_halt() || mode.is_reconciling() => {
            line!(debug, TRADING, about, fact);
        }
        Fact::Doubted { .. } => line!(warn, TRADING, about, fact),
        Fact::Stray { .. } | Fact::ModeChanged { .. } => {
            line!(error, ERRORS, about, fact);
        }
    }
}
