//! The log streams: where each step of a ticker is told, and how loud.
//!
//! A line carries its actor and the market time; the composition sends it to that
//! actor's file. The target
//! names the common stream it also belongs to: `trading`, `orders`, `positions`,
//! `errors`. Level INFO is what a person follows; DEBUG is the rest of the story.

use engine::order::Standing;
use engine::{Fact, Now, Request, Step};

/// The stream of signals, decisions and results.
pub const TRADING: &str = "trading";
/// The stream of orders and fills.
pub const ORDERS: &str = "orders";
/// The stream of positions and their protection.
pub const POSITIONS: &str = "positions";
/// The stream of what went wrong.
pub const ERRORS: &str = "errors";

/// Tells one step of a ticker.
pub fn tell(actor: &str, now: Now, step: &Step) {
    let market = now.market.to_rfc3339();
    match step {
        Step::Request(Request::Place { .. }) => {
            tracing::info!(target: ORDERS, actor, market, "{step}");
        }
        Step::Request(_) => tracing::debug!(target: ORDERS, actor, market, "{step}"),
        Step::Fact(fact) => tell_fact(actor, &market, fact),
    }
}

fn tell_fact(actor: &str, market: &str, fact: &Fact) {
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
        | Fact::LotClosed(_) => tracing::info!(target: TRADING, actor, market, "{fact}"),
        Fact::TradeClosed { traded: false, .. } => tracing::info!(target: TRADING, actor, market, "{fact}"),
        Fact::Executed { .. } => tracing::info!(target: ORDERS, actor, market, "{fact}"),
        Fact::LotOpened(lot) if lot.lot > 1 => tracing::info!(target: TRADING, actor, market, "{fact}"),
        Fact::LotOpened(_)
        | Fact::MarginFound { .. }
        | Fact::CloseDecided { .. }
        | Fact::TradeClosed { .. }
        | Fact::RuleOutranked { .. }
        | Fact::StopsAfterAdd { .. }
        | Fact::ScaleOutEnded { .. }
        | Fact::ForeignPosition { by: None, .. } => {
            tracing::debug!(target: TRADING, actor, market, "{fact}");
        }
        Fact::OrderMoved(status)
            if matches!(status.standing, Standing::Ended(engine::order::End::Rejected)) =>
        {
            tracing::warn!(target: ORDERS, actor, market, "{fact}");
        }
        Fact::OrderMoved(_) | Fact::TermsEchoed(_) | Fact::Commissioned(_) => {
            tracing::debug!(target: ORDERS, actor, market, "{fact}");
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
        | Fact::Split { .. } => tracing::warn!(target: TRADING, actor, market, "{fact}"),
        Fact::Protected { .. } | Fact::Reanchored { .. } => {
            tracing::debug!(target: POSITIONS, actor, market, "{fact}");
        }
        Fact::RequestDeclined { .. }
        | Fact::ChangeRefused { .. }
        | Fact::TargetRefused { .. }
        | Fact::StopCancelledByHand { .. }
        | Fact::ChangedByHand { .. }
        | Fact::ProtectionRenewed { .. } => {
            tracing::warn!(target: ORDERS, actor, market, "{fact}");
        }
        Fact::ModeChanged { mode } if mode.may_halt() || mode.is_reconciling() => {
            tracing::debug!(target: TRADING, actor, market, "{fact}");
        }
        Fact::Doubted { .. } => tracing::warn!(target: TRADING, actor, market, "{fact}"),
        Fact::Stray { .. } | Fact::ModeChanged { .. } => {
            tracing::error!(target: ERRORS, actor, market, "{fact}");
        }
    }
}
