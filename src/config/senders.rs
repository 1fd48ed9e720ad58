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
    let secret = |name: &str| environment.get(name).map(SecretString::from);
    let fault = |name: &str, why: String| vec![Fault::new(Origin::Environment(name.to_owned()), why)];
    let before = secret("WEBHOOK_SECRET_OLD");
    let webhook = match secret("WEBHOOK_SECRET") {
        Some(now) => {
            Keys::new(&now, None).map_err(|bad| fault("WEBHOOK_SECRET", bad.to_string()))?;
            let keys = Keys::new(&now, before.as_ref());
            Some(keys.map_err(|bad| fault("WEBHOOK_SECRET_OLD", bad.to_string()))?)
        }
        None if before.is_some() => {
            let why = "it goes with WEBHOOK_SECRET, and that is not set".to_owned();
            return Err(fault("WEBHOOK_SECRET_OLD", why));
        }
        None => None,
    };
    let tradingview = match environment.get("TRADINGVIEW_SECRET") {
        Some(text) if text.len() < SECRET_BYTES_MIN => {
            let why = format!("it has {} bytes, at least {SECRET_BYTES_MIN} are needed", text.len());
            return Err(fault("TRADINGVIEW_SECRET", why));
        }
        Some(text) => Some(TradingView { secret: text.into(), confidence }),
        None => None,
    };
    Ok(Senders { webhook, tradingview, fields: fields.clone() })
}
