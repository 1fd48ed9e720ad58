//! Ten rules of all kinds, none of which fires at the quotes of a quiet day.

use engine::TickerSettings;
use serde_json::json;

use super::settings_with;

/// A ticker with ten rules that look at every quote.
pub(crate) fn settings() -> TickerSettings {
    let profit = json!({ "type": "position_profit", "min_profit_pct": "0.2" });
    let loss = json!({ "type": "position_loss", "min_loss_pct": "0.2" });
    let dear = json!({ "type": "price", "at_least": "500" });
    let cheap = json!({ "type": "price", "at_most": "5" });
    let late = json!({ "type": "time_window", "max_minutes_to_close": 1 });
    let old = json!({ "type": "position_age", "min_minutes": 1_440 });
    let wild = json!({ "type": "atr", "min_pct": "0.4" });
    let close = json!({ "type": "close_position" });
    let conditions = [
        (profit.clone(), json!({ "type": "scale_in", "scale_pct": "0.5" })),
        (loss.clone(), close.clone()),
        (dear.clone(), close.clone()),
        (cheap.clone(), close.clone()),
        (late.clone(), close.clone()),
        (old.clone(), close.clone()),
        (wild.clone(), close.clone()),
        (json!({ "type": "all", "of": [late, profit, old] }), close.clone()),
        (json!({ "type": "any", "of": [loss, dear, cheap] }), close.clone()),
        (
            json!({ "type": "not", "of": { "type": "any", "of": [{ "type": "price", "at_least": "5" }, wild] } }),
            close,
        ),
    ];
    let rules: Vec<_> = conditions
        .into_iter()
        .enumerate()
        .map(|(n, (condition, action))| json!({ "name": format!("Rule {n}"), "condition": condition, "action": action }))
        .collect();
    settings_with(json!({ "shares": "100000" }), &rules)
}
