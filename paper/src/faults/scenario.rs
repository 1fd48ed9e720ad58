//! Scenarios: which fault happens when. A file in TOML or JSON, whose steps repeat exactly with the same seed.
//!
//! ```toml
//! seed = 7
//!
//! [[step]]
//! when = { at = "order", order_ref = "E1", state = "Submitted" }
//! do = { fault = "fill.partial", parts = 2 }
//!
//! [[step]]
//! when = { at = "frame", way = "out", message = 3, n = 4 }
//! do = { fault = "frame.drop", message = 3 }
//! p = 0.5       # happens half the time, decided by the seed
//! count = 0     # as often as it comes; 1 if it is left out
//! ```
//!
//! Read next: [`director`](crate::faults::director).

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::faults::fault::{Fault, Way};

/// The most steps of a scenario.
pub const STEPS_MAX: usize = 10_000;

/// A scenario.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Decides everything that is left to chance.
    #[serde(default)]
    pub seed: u64,
    /// What happens, each on its own.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
}

/// One fault and its moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When.
    pub when: When,
    /// What.
    #[serde(rename = "do")]
    pub what: Fault,
    /// How likely, each time the moment comes; 1 is always.
    #[serde(default = "always")]
    pub p: f64,
    /// How often at most; 0 is without end.
    #[serde(default = "once")]
    pub count: u32,
}

/// A moment. Counts begin at 1; a count of 0 means each of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "lowercase", deny_unknown_fields)]
pub enum When {
    /// At once.
    Now,
    /// So many market seconds after the gateway's start.
    Time {
        /// Seconds.
        seconds: i64,
    },
    /// A date and time of the exchange, `YYYYMMDD HH:MM:SS`.
    Calendar {
        /// The moment.
        time: String,
    },
    /// The n-th frame of a message, from (`in`) or to (`out`) a client.
    Frame {
        /// Which way.
        way: Way,
        /// The message's id.
        message: u32,
        /// Which of them.
        #[serde(default)]
        n: u32,
    },
    /// An order whose reference contains `order_ref` comes into a state, named as on the wire.
    Order {
        /// Part of the reference.
        #[serde(default)]
        order_ref: String,
        /// The state.
        state: String,
    },
    /// The n-th fill.
    Fill {
        /// Which of them.
        #[serde(default)]
        n: u32,
    },
    /// The n-th client connects.
    Connection {
        /// Which of them.
        #[serde(default)]
        n: u32,
    },
}

fn always() -> f64 {
    1.0
}

fn once() -> u32 {
    1
}

/// Why a scenario was not taken.
#[derive(Debug, thiserror::Error)]
pub enum BadScenario {
    /// The file cannot be read.
    #[error("failed to read the scenario `{path}`")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is no TOML of a scenario's form.
    #[error("this is no scenario")]
    Toml(#[from] toml::de::Error),
    /// It is no JSON of a scenario's form.
    #[error("this is no scenario")]
    Json(#[from] serde_json::Error),
    /// A chance outside 0 to 1, a time that is none, or too many steps.
    #[error("step {step}: {what}")]
    Step {
        /// Which, from 1.
        step: usize,
        /// What is wrong with it.
        what: &'static str,
    },
}

impl Scenario {
    /// Reads a file: JSON by its ending, else TOML.
    ///
    /// # Errors
    /// It cannot be read or understood.
    pub fn read(path: &Path) -> Result<Scenario, BadScenario> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| BadScenario::Read { path: path.to_owned(), source })?;
        if path.extension().is_some_and(|ending| ending == "json") {
            Scenario::from_json(text.as_bytes())
        } else {
            Scenario::from_toml(&text)
        }
    }

    /// Reads TOML.
    ///
    /// # Errors
    /// It cannot be understood.
    pub fn from_toml(text: &str) -> Result<Scenario, BadScenario> {
        toml::from_str::<Scenario>(text)?.checked()
    }

    /// Reads JSON.
    ///
    /// # Errors
    /// It cannot be understood.
    pub fn from_json(text: &[u8]) -> Result<Scenario, BadScenario> {
        serde_json::from_slice::<Scenario>(text)?.checked()
    }

    fn checked(self) -> Result<Scenario, BadScenario> {
        let bad = |step, what| Err(BadScenario::Step { step, what });
        if self.steps.len() > STEPS_MAX {
            return bad(self.steps.len(), "there are too many steps");
        }
        for (number, step) in (1..).zip(&self.steps) {
            if !(0.0..=1.0).contains(&step.p) {
                return bad(number, "p lies between 0 and 1");
            }
            if let When::Calendar { time } = &step.when
                && crate::session::terms::moment(time).is_none()
            {
                return bad(number, "a time is written YYYYMMDD HH:MM:SS");
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{Scenario, When};
    use crate::faults::fault::{After, Fault};

    #[test]
    fn toml_and_json_say_the_same() {
        let toml = "seed = 3\n[[step]]\nwhen = { at = \"fill\", n = 2 }\n\
                    do = { fault = \"order.reject\", code = 201, after = \"ack\" }\n";
        let json = r#"{"seed":3,"step":[{"when":{"at":"fill","n":2},
                      "do":{"fault":"order.reject","code":201,"after":"ack"}}]}"#;
        let scenario = Scenario::from_toml(toml).unwrap();
        assert_eq!(scenario, Scenario::from_json(json.as_bytes()).unwrap());
        assert_eq!((scenario.steps[0].p, scenario.steps[0].count), (1.0, 1));
        assert_eq!(scenario.steps[0].when, When::Fill { n: 2 });
        assert!(matches!(scenario.steps[0].what, Fault::OrderReject { code: 201, after: After::Ack, .. }));
    }

    #[test]
    fn what_is_no_fault_is_refused() {
        let step = |words: &str| Scenario::from_toml(&format!("[[step]]\n{words}"));
        assert!(step("when = { at = \"now\" }\ndo = { fault = \"net.explode\" }").is_err());
        assert!(step("when = { at = \"someday\" }\ndo = { fault = \"net.heal\" }").is_err());
        assert!(step("when = { at = \"now\" }\ndo = { fault = \"net.heal\" }\np = 2.0").is_err());
        let time = "when = { at = \"calendar\", time = \"noon\" }\ndo = { fault = \"net.heal\" }";
        assert_eq!(step(time).unwrap_err().to_string(), "step 1: a time is written YYYYMMDD HH:MM:SS");
    }
}
