//! Who may send signals to us: the secrets of the environment, checked.

use engine::Confidence;
use ports::signals::Fields;
use ports::signals::tradingview::{SECRET_BYTES_MIN, TradingView};
use ports::signals::webhook::Keys;
use secrecy::SecretString;

use super::Environment;
use crate::control::signals::Senders;
use crate::settings::{Fault, Origin};

/// Who may send, by these variables. A secret that could be guessed is told, and not shown.
pub(super) fn senders(
    environment: &Environment,
    fields: &Fields,
    confidence: Option<Confidence>,
) -> Result<Senders, Vec<Fault>> {
    let mut faults = Vec::new();
    let webhook = webhook(environment).map_err(|fault| faults.push(fault)).unwrap_or_default();
    let tradingview = match environment.get("TRADINGVIEW_SECRET") {
        Some(text) if text.len() < SECRET_BYTES_MIN => {
            let why = format!("it has {} bytes, at least {SECRET_BYTES_MIN} are needed", text.len());
            faults.push(fault("TRADINGVIEW_SECRET", why));
            None
        }
        Some(text) => Some(TradingView { secret: text.into(), confidence }),
        None => None,
    };
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Senders { webhook, tradingview, fields: fields.clone() })
}

/// The keys of who signs; none where no key is set.
fn webhook(environment: &Environment) -> Result<Option<Keys>, Fault> {
    let secret = |name: &str| environment.get(name).map(SecretString::from);
    let before = secret("WEBHOOK_SECRET_OLD");
    let Some(now) = secret("WEBHOOK_SECRET") else {
        let alone = || fault("WEBHOOK_SECRET_OLD", "it goes with WEBHOOK_SECRET, and that is not set");
        return before.map_or(Ok(None), |_| Err(alone()));
    };
    Keys::new(&now, None).map_err(|bad| fault("WEBHOOK_SECRET", bad.to_string()))?;
    let keys = Keys::new(&now, before.as_ref());
    keys.map(Some).map_err(|bad| fault("WEBHOOK_SECRET_OLD", bad.to_string()))
}

fn fault(name: &str, why: impl Into<String>) -> Fault {
    Fault::new(Origin::Environment(name.to_owned()), why)
}
